import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { MerchantOffer } from '../../../../src/modules/catalogue/merchants/model.ts';
import type { MerchantRepository } from '../../../../src/modules/catalogue/merchants/repository.ts';
import { merchantService } from '../../../../src/modules/catalogue/merchants/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { constraintViolation, fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import { adminActor, aMerchant, MERCHANT, NOW, OFFER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const ADMIN = adminActor(newId());
const NEW_MERCHANT = {
  name: 'Corner Books',
  defaultCashbackPercentage: 2.5,
  confirmationDays: null,
  active: true,
};

const activeOffer: MerchantOffer = {
  id: OFFER,
  cashbackType: 'percent',
  cashbackValue: 5,
  currency: 'EUR',
  monthlyCap: null,
  startDate: '2026-03-01',
  endDate: '2026-03-31',
};

function merchants(replaced: Partial<MerchantRepository>) {
  const { kernel, ...seen } = fakeKernel();
  const service = merchantService({
    ...kernel,
    repository: fake<MerchantRepository>(replaced),
    findActiveOffers: async (_db, ids) =>
      new Map(ids.flatMap((id) => (id === MERCHANT ? [[id, activeOffer] as const] : []))),
  });
  return { service, ...seen };
}

describe('creating a merchant', () => {
  test('stores it with the time of the clock, and records the event', async () => {
    const stored: unknown[] = [];
    const { service, events, clock } = merchants({
      insert: async (_trx, merchant, now) => stored.push([merchant, now]) > 0,
    });

    const merchant = await service.createMerchant(NEW_MERCHANT, ADMIN);

    assert.deepEqual(merchant, { id: merchant.id, ...NEW_MERCHANT, inactiveSince: null });
    assert.deepEqual(stored, [[merchant, clock()]]);
    assert.equal(events.length, 1);
    assert.deepEqual(
      [events[0]?.type, events[0]?.resourceId, events[0]?.actor, events[0]?.details.confirmation_days],
      ['merchant.created', merchant.id, ADMIN, null],
    );
  });

  test('refuses a name that is taken, and names its holder', async () => {
    const holder = aMerchant({ name: NEW_MERCHANT.name });
    const { service, events } = merchants({
      insert: async () => false,
      findByName: async (_db, name) => (name === holder.name ? holder : undefined),
    });

    await rejectsWith(service.createMerchant(NEW_MERCHANT, ADMIN), 'MERCHANT_ALREADY_EXISTS', {
      name: NEW_MERCHANT.name,
      merchant_id: holder.id,
    });
    assert.deepEqual(events, []);
  });
});

describe('changing a merchant', () => {
  test('keeps what is not named, and records only what is', async () => {
    const merchant = aMerchant({ confirmationDays: 30 });
    const stored: unknown[] = [];
    const { service, events, forgotten } = merchants({
      lock: async () => merchant,
      update: async (_trx, changed) => void stored.push(changed),
    });

    const changed = await service.changeMerchant(merchant.id, { confirmationDays: null }, ADMIN);

    assert.deepEqual(changed, { ...merchant, confirmationDays: null });
    assert.deepEqual(stored, [changed]);
    assert.deepEqual(forgotten, [[merchant.id]]);
    assert.deepEqual(
      events.map(({ type, details }) => [type, details]),
      [['merchant.changed', { confirmation_days: null }]],
    );
  });

  test('refuses a name that is taken, and names its holder', async () => {
    const holder = aMerchant({ name: 'Taken' });
    const { service, events } = merchants({
      lock: async () => aMerchant(),
      update: () => Promise.reject(constraintViolation('merchants_name_folded_key')),
      findByName: async () => holder,
    });
    await rejectsWith(service.changeMerchant(newId(), { name: 'Taken' }, ADMIN), 'MERCHANT_ALREADY_EXISTS', {
      name: 'Taken',
      merchant_id: holder.id,
    });
    assert.deepEqual(events, []);
  });

  test('keeps since when it is inactive, and forgets it when it is active again', async () => {
    const before = NOW.subtract({ hours: 1 });
    for (const [merchant, active, expected] of [
      [aMerchant(), false, NOW],
      [aMerchant({ active: false, inactiveSince: before }), false, before],
      [aMerchant({ active: false, inactiveSince: before }), true, null],
      [aMerchant(), true, null],
    ] as const) {
      const { service } = merchants({ lock: async () => merchant, update: async () => undefined });
      const { inactiveSince } = await service.changeMerchant(merchant.id, { active }, ADMIN);
      assertEqual(inactiveSince, expected);
    }
  });

  test('refuses one that does not exist', async () => {
    const { service } = merchants({ lock: async () => undefined });
    const id = newId();
    await rejectsWith(service.changeMerchant(id, { active: false }, ADMIN), 'NOT_FOUND', {
      resource_type: 'merchant',
      resource_id: id,
    });
  });
});

describe('requiring an active merchant', () => {
  const db = fakeTransaction();

  test('returns it', async () => {
    const merchant = aMerchant();
    const { service } = merchants({ findAll: async () => [merchant] });
    assert.equal(await service.requireActiveMerchant(db, merchant.id), merchant);
  });

  test('refuses an inactive and an unknown one', async () => {
    const merchant = aMerchant({ active: false });
    const { service } = merchants({
      findAll: async (_db, ids) => (ids.includes(merchant.id) ? [merchant] : []),
    });
    await rejectsWith(service.requireActiveMerchant(db, merchant.id), 'MERCHANT_NOT_ACTIVE', {
      merchant_id: merchant.id,
    });
    await rejectsWith(service.requireActiveMerchant(db, newId()), 'NOT_FOUND');
  });

  test('locks nothing for an empty list', async () => {
    const { service } = merchants({});
    assert.deepEqual(await service.lockForShare(db, []), new Map());
  });
});

describe('reading merchants', () => {
  const merchant = aMerchant();
  const db = fakeTransaction();

  test('finds one by id, and refuses one that does not exist', async () => {
    const { service } = merchants({
      findAll: async (_db, ids) => (ids.includes(merchant.id) ? [merchant] : []),
    });
    assert.deepEqual(await service.getMerchant(merchant.id), { ...merchant, activeOffer });
    const id = newId();
    await rejectsWith(service.getMerchant(id), 'NOT_FOUND', { resource_type: 'merchant', resource_id: id });
    const found = await service.findMerchants(db, [id, merchant.id]);
    assert.deepEqual(found, new Map([[merchant.id, merchant]]));
  });

  test('lists them by filter and page', async () => {
    const asked: unknown[] = [];
    const inactive = aMerchant({ active: false });
    const other = aMerchant({ id: newId() });
    const page = { items: [merchant, inactive, other], total: 1, nextKey: null };
    const { service } = merchants({
      list: async (_db, ...call) => {
        asked.push(call);
        return page;
      },
      findActive: async () => [merchant],
    });
    assert.deepEqual(await service.listMerchants({ active: true }, { offset: 0, limit: 20 }), {
      ...page,
      items: [
        { ...merchant, activeOffer },
        { ...inactive, activeOffer: null },
        { ...other, activeOffer: null },
      ],
    });
    assert.deepEqual(asked, [[{ active: true }, { offset: 0, limit: 20 }]]);
    assert.deepEqual(await service.findActiveMerchants(db), [merchant]);
  });

  test('locks those that exist, and returns what they are', async () => {
    const id = newId();
    const { service } = merchants({ lockForShare: async () => [merchant] });
    assert.deepEqual(await service.lockForShare(db, [merchant.id, id]), new Map([[merchant.id, merchant]]));
  });
});
