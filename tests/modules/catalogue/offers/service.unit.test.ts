import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { MerchantClient } from '../../../../src/modules/catalogue/merchants/index.ts';
import { merchantNotActive } from '../../../../src/modules/catalogue/merchants/index.ts';
import type { Offer } from '../../../../src/modules/catalogue/offers/model.ts';
import type { OfferRepository } from '../../../../src/modules/catalogue/offers/repository.ts';
import { type FindCapUses, offerService } from '../../../../src/modules/catalogue/offers/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { constraintViolation, fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import {
  adminActor,
  aMerchant,
  anOffer,
  MARCH,
  MERCHANT,
  OFFER,
  STRANGER,
  someTerms,
} from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const ADMIN = adminActor(newId());
const TODAY = '2026-03-14';
const PROPOSAL = {
  merchantId: MERCHANT,
  cashbackType: 'percent',
  cashbackValue: 4.35,
  currency: 'EUR',
  monthlyCap: 30.5,
  startDate: '2026-03-10',
  endDate: '2026-04-30',
} as const;
const offerOfMerchant = { ...anOffer(), merchantName: 'Corner Books', confirmationDays: null };

function offers(
  replaced: Partial<OfferRepository>,
  merchants: Partial<MerchantClient> = {},
  findCapUses: FindCapUses = async () => new Map(),
) {
  const { kernel, ...seen } = fakeKernel();
  const service = offerService({
    ...kernel,
    repository: fake<OfferRepository>(replaced),
    merchants: fake<MerchantClient>({ requireActiveMerchant: async () => aMerchant(), ...merchants }),
    supportedCurrencies: ['EUR', 'JPY'],
    maxCashbackPercentage: 20,
    defaultConfirmationDays: 30,
    findCapUses,
  });
  return { service, ...seen };
}

async function overlaps(): Promise<never> {
  throw constraintViolation('offers_one_active_at_a_time');
}

describe('creating an offer', () => {
  test('stores an active one with exact terms and the time of the clock, and records the event', async () => {
    const stored: unknown[] = [];
    const asked: string[] = [];
    const { service, events, clock, forgotten } = offers(
      {
        insert: async (_trx, offer, now) => {
          stored.push([offer, now]);
          return { ...offer, validity: MARCH };
        },
      },
      {
        requireActiveMerchant: async (_db, id) => {
          asked.push(id);
          return aMerchant();
        },
      },
    );

    const offer = await service.createOffer(PROPOSAL, ADMIN);

    const { id } = offer;
    assertEqual(offer, {
      id,
      merchantId: MERCHANT,
      terms: {
        ...{ offerId: id, type: 'percent', value: 43_500n, currency: 'EUR', monthlyCap: 3_050n },
        capGroup: id,
      },
      startDate: '2026-03-10',
      endDate: '2026-04-30',
      active: true,
      validity: MARCH,
      capRefill: false,
    });
    const { validity: _, ...inserted } = offer;
    assertEqual(stored, [[inserted, clock()]]);
    assert.deepEqual(asked, [MERCHANT]);
    assert.deepEqual(forgotten, [[MERCHANT]]);
    assert.deepEqual(
      events.map(({ type, resourceId, actor, details }) => [type, resourceId, actor, details]),
      [
        [
          'offer.created',
          id,
          ADMIN,
          {
            merchant_id: MERCHANT,
            cashback_type: 'percent',
            cashback_value: 4.35,
            monthly_cap: 30.5,
            start_date: '2026-03-10',
            end_date: '2026-04-30',
            cap_refill: false,
          },
        ],
      ],
    );
  });

  test('refuses a currency that the platform does not support', async () => {
    const { service, transactions } = offers({});
    await rejectsWith(service.createOffer({ ...PROPOSAL, currency: 'USD' }, ADMIN), 'UNSUPPORTED_CURRENCY', {
      currency: 'USD',
      supported: ['EUR', 'JPY'],
    });
    assert.equal(transactions(), 0);
  });

  test('refuses terms that break a rule, measured by settings and clock', async () => {
    const { service, transactions } = offers({});
    const broken = { ...PROPOSAL, cashbackValue: 20.1, startDate: '2026-03-01', endDate: '2026-03-13' };
    await rejectsWith(service.createOffer(broken, ADMIN), 'VALIDATION_ERROR', {
      violations: [
        { field: 'cashback_value', reason: 'must be at most 20 percent', rule: 'maximum', limit: '20' },
        { field: 'end_date', reason: 'must not be in the past' },
      ],
    });
    assert.equal(transactions(), 0);
  });

  test('refuses a merchant that accepts no offers, and stores nothing', async () => {
    const { service, events } = offers(
      {},
      {
        requireActiveMerchant: async () => {
          throw merchantNotActive({ merchant_id: MERCHANT });
        },
      },
    );
    await rejectsWith(service.createOffer(PROPOSAL, ADMIN), 'MERCHANT_NOT_ACTIVE');
    assert.deepEqual(events, []);
  });

  test('refuses the dates of another active offer, and names that one', async () => {
    const earlier = anOffer({ id: newId(), startDate: '2026-01-01', endDate: '2026-02-28' });
    const holder = anOffer({ id: newId(), startDate: '2026-04-30', endDate: '2026-05-31' });
    const { service, events } = offers({ insert: overlaps, findValid: async () => [earlier, holder] });
    await rejectsWith(service.createOffer(PROPOSAL, ADMIN), 'ACTIVE_OFFER_ALREADY_EXISTS', {
      merchant_id: MERCHANT,
      offer_id: holder.id,
      start_date: '2026-04-30',
      end_date: '2026-05-31',
    });
    assert.deepEqual(events, []);
  });

  test('names no other offer where that one ended meanwhile', async () => {
    const { service } = offers({ insert: overlaps, findValid: async () => [] });
    await rejectsWith(service.createOffer(PROPOSAL, ADMIN), 'ACTIVE_OFFER_ALREADY_EXISTS', {
      merchant_id: MERCHANT,
      offer_id: null,
      start_date: null,
      end_date: null,
    });
  });

  test('hands any other error on', async () => {
    const broken = constraintViolation('offers_pkey');
    const { service } = offers({ insert: () => Promise.reject(broken) });
    await assert.rejects(service.createOffer(PROPOSAL, ADMIN), broken);
  });
});

describe('the offers that refill', () => {
  test('are read once each', async () => {
    const asked: (readonly string[])[] = [];
    const [refilling, other, late] = [newId(), newId(), newId()];
    const { service } = offers({
      findRefilling: async (_db, ids) => {
        asked.push(ids);
        return ids.filter((id) => id !== other);
      },
    });
    const find = async (...ids: string[]) => [...(await service.findRefilling(fakeTransaction(), ids))];

    assert.deepEqual(await find(refilling, other, refilling), [refilling]);
    assert.deepEqual(await find(other, refilling), [refilling]);
    assert.deepEqual(await find(late, other), [late]);

    assert.deepEqual(asked, [[refilling, other], [late]]);
  });
});

describe('activating and deactivating an offer', () => {
  for (const [active, type] of [
    [true, 'offer.activated'],
    [false, 'offer.deactivated'],
  ] as const) {
    test(`stores active = ${active} and records ${type}`, async () => {
      const stored: unknown[] = [];
      const { service, events, forgotten, clock } = offers({
        find: async () => offerOfMerchant,
        lock: async () => anOffer({ active: !active }),
        [active ? 'start' : 'stop']: async (_trx: unknown, ...change: unknown[]) => {
          stored.push(change);
          return anOffer({ active });
        },
      });

      assertEqual(await service.setOfferActive(OFFER, active, undefined, ADMIN), anOffer({ active }));

      assertEqual(stored, [[OFFER, clock()]]);
      assert.deepEqual(forgotten, [[MERCHANT]]);
      assert.deepEqual(
        events.map((event) => [event.type, event.resourceId, event.actor, event.details]),
        [[type, OFFER, ADMIN, {}]],
      );
    });
  }

  test('holds from an earlier instant, which the event names, and never from a later one', async () => {
    const stored: unknown[] = [];
    const { service, events, clock } = offers({
      find: async () => offerOfMerchant,
      lock: async () => anOffer(),
      stop: async (_trx, ...change) => {
        stored.push(change);
        return anOffer({ active: false });
      },
    });
    const from = clock().subtract({ hours: 1 });
    await service.setOfferActive(OFFER, false, from, ADMIN);
    assertEqual(stored, [[OFFER, from]]);
    assert.deepEqual(events[0]?.details, { effective_from: from.toString() });
    await rejectsWith(
      service.setOfferActive(OFFER, false, clock().add({ seconds: 1 }), ADMIN),
      'VALIDATION_ERROR',
      { violations: [{ field: 'effective_from', reason: 'must not be in the future' }] },
    );
  });

  test('refuses an offer that does not exist, or not any more', async () => {
    for (const replaced of [
      { find: async () => undefined },
      { find: async () => offerOfMerchant, lock: async () => undefined },
    ]) {
      const { service, events } = offers(replaced);
      await rejectsWith(service.setOfferActive(OFFER, true, undefined, ADMIN), 'NOT_FOUND', {
        resource_type: 'offer',
        resource_id: OFFER,
      });
      assert.deepEqual(events, []);
    }
  });

  test('refuses dates that another offer has taken, and never names itself', async () => {
    const holder = anOffer({ id: newId() });
    const { service, events } = offers({
      find: async () => offerOfMerchant,
      lock: async () => anOffer(),
      start: overlaps,
      findValid: async () => [anOffer(), holder],
    });
    await rejectsWith(service.setOfferActive(OFFER, true, undefined, ADMIN), 'ACTIVE_OFFER_ALREADY_EXISTS', {
      merchant_id: MERCHANT,
      offer_id: holder.id,
      start_date: holder.startDate,
      end_date: holder.endDate,
    });
    assert.deepEqual(events, []);
  });
});

describe('extending an offer', () => {
  function extending() {
    const stored: unknown[] = [];
    const opened = offers({
      find: async () => offerOfMerchant,
      lock: async () => anOffer(),
      extend: async (_trx, ...change) => {
        stored.push(change);
        return anOffer({ endDate: '2026-04-30' });
      },
    });
    return { ...opened, stored };
  }

  test('stores the new last day, and records both', async () => {
    const { service, stored, events, forgotten, clock } = extending();
    assertEqual(await service.extendOffer(OFFER, '2026-04-30', ADMIN), anOffer({ endDate: '2026-04-30' }));
    assertEqual(stored, [[OFFER, '2026-04-30', clock()]]);
    assert.deepEqual(forgotten, [[MERCHANT]]);
    assert.deepEqual(
      events.map(({ type, resourceId, details }) => [type, resourceId, details]),
      [['offer.extended', OFFER, { end_date: '2026-04-30', previous_end_date: '2026-03-31' }]],
    );
  });

  test('does nothing for the present last day', async () => {
    const { service, stored, events } = extending();
    assertEqual(await service.extendOffer(OFFER, '2026-03-31', ADMIN), anOffer());
    assert.deepEqual([stored, events], [[], []]);
  });

  test('refuses an earlier day', async () => {
    await rejectsWith(extending().service.extendOffer(OFFER, '2026-03-30', ADMIN), 'VALIDATION_ERROR', {
      violations: [{ field: 'end_date', reason: 'must not be before 2026-03-31' }],
    });
  });
});

describe('reading offers', () => {
  const page = { items: [offerOfMerchant], total: 1, nextKey: null };
  const asked: unknown[][] = [];
  const { service } = offers({
    find: async (_db, ...call) => {
      asked.push(call);
      return call[0] === OFFER ? offerOfMerchant : undefined;
    },
    list: async (_db, ...call) => {
      asked.push(call);
      return page;
    },
  });

  test('finds an offer by id, for a shopper only if it is visible today', async () => {
    assert.equal(await service.getOffer(OFFER), offerOfMerchant);
    assert.deepEqual(asked.at(-1), [OFFER]);
    assert.equal(await service.getVisibleOffer(OFFER), offerOfMerchant);
    assert.deepEqual(asked.at(-1), [OFFER, TODAY]);
  });

  test('refuses an offer that does not exist or is not visible', async () => {
    const details = { resource_type: 'offer', resource_id: STRANGER };
    await rejectsWith(service.getOffer(STRANGER), 'NOT_FOUND', details);
    await rejectsWith(service.getVisibleOffer(STRANGER), 'NOT_FOUND', details);
  });

  test('lists offers, for a shopper only those that are visible today', async () => {
    const request = { offset: 0, limit: 20 };
    assert.equal(await service.listOffers({ active: false }, request), page);
    assert.deepEqual(asked.at(-1), [{ active: false }, request]);
    assert.equal(await service.listVisibleOffers({ active: false }, request), page);
    assert.deepEqual(asked.at(-1), [{ active: false, visibleOn: TODAY }, request]);
  });
});

describe('the offers that a shopper sees', () => {
  const capped = (id: string, monthlyCap: bigint | null, capGroup = id) => ({
    ...anOffer({ id, terms: someTerms({ offerId: id, monthlyCap, capGroup }) }),
    merchantName: 'Corner Books',
    confirmationDays: 7,
  });

  test('say what their caps leave this month, also if another offer of the group has raised the cap', async () => {
    const asked: unknown[] = [];
    const [free, unused, used, raised] = [
      { ...capped(newId(), null), confirmationDays: null },
      capped(newId(), 30_00n),
      capped(newId(), 30_00n),
      capped(newId(), 30_00n, OFFER),
    ];
    const { service } = offers(
      { list: async () => ({ items: [free, unused, used, raised], total: 4, nextKey: null }) },
      {},
      async (_db, ...query) => {
        asked.push(query);
        return new Map([
          [used.id, { cap: 30_00n, used: 18_90n }],
          [OFFER, { cap: 40_00n, used: 40_00n }],
        ]);
      },
    );

    const { items } = await service.listShownOffers(STRANGER, {}, { offset: 0, limit: 20 });

    assert.deepEqual(
      items.map(({ confirmationDays, capLeft }) => [confirmationDays, capLeft]),
      [
        [30, null],
        [7, 30_00n],
        [7, 11_10n],
        [7, 0n],
      ],
    );
    const groups = [unused.id, used.id, OFFER].map((capGroup) => ({ capGroup, currency: 'EUR' }));
    assert.deepEqual(asked, [[STRANGER, '2026-03-01', groups]]);
  });

  test('are found by merchant, if they are active today', async () => {
    const [now, stopped, over] = [
      anOffer({ startDate: TODAY, endDate: TODAY }),
      anOffer({ active: false }),
      anOffer({ endDate: '2026-03-13' }),
    ];
    const { service } = offers({ findValid: async () => [stopped, over, now] });
    const found = await service.findActiveOffers(fakeTransaction(), [MERCHANT]);
    assert.deepEqual([...found.keys()], [MERCHANT]);
    assert.deepEqual(found.get(MERCHANT), {
      id: now.id,
      cashbackType: 'percent',
      cashbackValue: 5,
      currency: 'EUR',
      monthlyCap: null,
      startDate: TODAY,
      endDate: TODAY,
    });
  });
});

describe('for purchases', () => {
  test('finds the offers by merchant', async () => {
    const [first, second] = [anOffer(), anOffer({ id: newId(), startDate: '2026-04-01' })];
    const other = anOffer({ id: newId(), merchantId: STRANGER });
    const all: readonly Offer[] = [first, other, second];
    const { service } = offers({
      findValid: async (_db, merchantIds) => all.filter(({ merchantId }) => merchantIds.includes(merchantId)),
    });
    const found = await service.findOffers(fakeTransaction(), [MERCHANT, STRANGER, newId()]);
    assert.deepEqual(
      found,
      new Map([
        [MERCHANT, [first, second]],
        [STRANGER, [other]],
      ]),
    );
  });

  test('locks them, and nothing for an empty list', async () => {
    const { service } = offers({ lockForShare: async () => new Map([[OFFER, MARCH]]) });
    const locked = await service.lockForShare(fakeTransaction(), [OFFER, STRANGER]);
    assertEqual(locked, new Map([[OFFER, MARCH]]));
    const { service: idle } = offers({});
    assert.deepEqual(await idle.lockForShare(fakeTransaction(), []), new Map());
  });
});
