import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { MerchantClient } from '../../../../src/modules/catalogue/merchants/index.ts';
import { merchantNotActive } from '../../../../src/modules/catalogue/merchants/index.ts';
import type { Offer } from '../../../../src/modules/catalogue/offers/model.ts';
import type { OfferRepository } from '../../../../src/modules/catalogue/offers/repository.ts';
import { offerService } from '../../../../src/modules/catalogue/offers/service.ts';
import { constraintViolation, fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import {
  adminActor,
  aMerchant,
  anOffer,
  MERCHANT,
  OFFER,
  STRANGER,
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
const offerOfMerchant = { ...anOffer(), merchantName: 'Corner Books' };

function offers(replaced: Partial<OfferRepository>, merchants: Partial<MerchantClient> = {}) {
  const { kernel, ...seen } = fakeKernel();
  const service = offerService({
    ...kernel,
    repository: fake<OfferRepository>(replaced),
    merchants: fake<MerchantClient>({ requireActiveMerchant: async () => aMerchant(), ...merchants }),
    supportedCurrencies: ['EUR', 'JPY'],
    maxCashbackPercentage: 20,
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
      { insert: async (_trx, offer, now) => void stored.push([offer, now]) },
      {
        requireActiveMerchant: async (_db, id) => {
          asked.push(id);
          return aMerchant();
        },
      },
    );

    const offer = await service.createOffer(PROPOSAL, ADMIN);

    const { id } = offer;
    assert.deepEqual(offer, {
      id,
      merchantId: MERCHANT,
      terms: { offerId: id, type: 'percent', value: 43_500n, currency: 'EUR', monthlyCap: 3_050n },
      startDate: '2026-03-10',
      endDate: '2026-04-30',
      active: true,
    });
    assert.deepEqual(stored, [[offer, clock()]]);
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
        { field: 'cashback_value', reason: 'must be at most 20 percent' },
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
    const { service, events } = offers({ insert: overlaps, findActive: async () => [earlier, holder] });
    await rejectsWith(service.createOffer(PROPOSAL, ADMIN), 'ACTIVE_OFFER_ALREADY_EXISTS', {
      merchant_id: MERCHANT,
      offer_id: holder.id,
      start_date: '2026-04-30',
      end_date: '2026-05-31',
    });
    assert.deepEqual(events, []);
  });

  test('names no other offer where that one ended meanwhile', async () => {
    const { service } = offers({ insert: overlaps, findActive: async () => [] });
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

describe('activating and deactivating an offer', () => {
  for (const [active, type] of [
    [true, 'offer.activated'],
    [false, 'offer.deactivated'],
  ] as const) {
    test(`stores active = ${active} and records ${type}`, async () => {
      const stored: unknown[] = [];
      const { service, events, forgotten } = offers({
        find: async () => offerOfMerchant,
        setActive: async (_trx, ...change) => {
          stored.push(change);
          return anOffer({ active });
        },
      });

      assert.deepEqual(await service.setOfferActive(OFFER, active, ADMIN), anOffer({ active }));

      assert.deepEqual(stored, [[OFFER, active]]);
      assert.deepEqual(forgotten, [[MERCHANT]]);
      assert.deepEqual(
        events.map((event) => [event.type, event.resourceId, event.actor, event.details]),
        [[type, OFFER, ADMIN, {}]],
      );
    });
  }

  test('refuses an offer that does not exist, or not any more', async () => {
    for (const replaced of [
      { find: async () => undefined },
      { find: async () => offerOfMerchant, setActive: async () => undefined },
    ]) {
      const { service, events } = offers(replaced);
      await rejectsWith(service.setOfferActive(OFFER, true, ADMIN), 'NOT_FOUND', {
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
      setActive: overlaps,
      findActive: async () => [anOffer(), holder],
    });
    await rejectsWith(service.setOfferActive(OFFER, true, ADMIN), 'ACTIVE_OFFER_ALREADY_EXISTS', {
      merchant_id: MERCHANT,
      offer_id: holder.id,
      start_date: holder.startDate,
      end_date: holder.endDate,
    });
    assert.deepEqual(events, []);
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

describe('for purchases', () => {
  test('finds the active offers by merchant', async () => {
    const [first, second] = [anOffer(), anOffer({ id: newId(), startDate: '2026-04-01' })];
    const other = anOffer({ id: newId(), merchantId: STRANGER });
    const all: readonly Offer[] = [first, other, second];
    const { service } = offers({
      findActive: async (_db, merchantIds) =>
        all.filter(({ merchantId }) => merchantIds.includes(merchantId)),
    });
    const found = await service.findActiveOffers(fakeTransaction(), [MERCHANT, STRANGER, newId()]);
    assert.deepEqual(
      found,
      new Map([
        [MERCHANT, [first, second]],
        [STRANGER, [other]],
      ]),
    );
  });

  test('locks those that are active, and nothing for an empty list', async () => {
    const { service } = offers({ lockActiveForShare: async (_trx, ids) => ids.slice(0, 1) });
    const locked = await service.lockActiveForShare(fakeTransaction(), [OFFER, STRANGER]);
    assert.deepEqual(locked, new Set([OFFER]));
    const { service: idle } = offers({});
    assert.deepEqual(await idle.lockActiveForShare(fakeTransaction(), []), new Set());
  });
});
