import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { CeilingRepository } from '../../../../src/modules/earning/fraud/ceiling-repository.ts';
import { type CeilingInput, ceilingAdministration } from '../../../../src/modules/earning/fraud/ceilings.ts';
import type { Ceiling } from '../../../../src/modules/earning/fraud/model.ts';
import { aCeiling } from '../../../support/ceiling-builders.ts';
import { assertEqual } from '../../../support/equality.ts';
import { constraintViolation, fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import { PARTNER } from '../../../support/partner-builders.ts';
import { adminActor, MERCHANT } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const ADMIN = adminActor(newId());
const NOTHING = { maxAmount: null, maxReward: null, dailyPending: null, dailyReleased: null };
const UNSTATED = { max_amount: null, max_reward: null, daily_pending: null, daily_released: null };
const ofPartner = { type: 'partner', id: PARTNER } as const;

const input = (fields: Partial<CeilingInput> = {}): CeilingInput => ({
  scope: ofPartner,
  currency: 'EUR',
  limits: NOTHING,
  ...fields,
});

function openCeilings(existing: Ceiling | undefined, replaced: Partial<CeilingRepository> = {}) {
  const { kernel, ...seen } = fakeKernel();
  const done: unknown[] = [];
  const administration = ceilingAdministration({
    ...kernel,
    supportedCurrencies: ['EUR', 'USD'],
    ceilings: fake<CeilingRepository>({
      queueLock: () => void done.push('lock'),
      find: async (_db, ...sought) => {
        done.push(sought);
        return existing;
      },
      put: async (_trx, ceiling) => void done.push(ceiling),
      remove: async (_trx, id) => void done.push(id),
      ...replaced,
    }),
  });
  return { ...administration, done, ...seen };
}

describe('a ceiling', () => {
  test('is created with what it states', async () => {
    const { setCeiling, done, events, forgotten } = openCeilings(undefined);
    const ceiling = await setCeiling(input({ limits: { ...NOTHING, maxReward: '5.00' } }), ADMIN);
    const { id } = ceiling;
    assertEqual(ceiling, aCeiling({ id, scope: ofPartner, maxReward: 5_00n }));
    assertEqual(done, ['lock', [ofPartner, 'EUR'], ceiling]);
    const details = {
      scope: 'partner',
      scope_id: PARTNER,
      currency: 'EUR',
      before: null,
      after: { ...UNSTATED, max_reward: '5.00' },
    };
    assertEqual(
      events.map(({ type, actor, resourceId, details }) => [type, actor, resourceId, details]),
      [['ceiling.changed', ADMIN, id, details]],
    );
    assertEqual(forgotten, ['all']);
  });

  test('is replaced as a whole, under the same id', async () => {
    const before = aCeiling({ scope: ofPartner, maxAmount: 9_00n });
    const { setCeiling, done, events } = openCeilings(before);
    const ceiling = await setCeiling(input({ limits: { ...NOTHING, dailyPending: 0 } }), ADMIN);
    assertEqual(ceiling, aCeiling({ id: before.id, scope: ofPartner, dailyPending: 0n }));
    assertEqual(done.at(-1), ceiling);
    const { before: was, after: is } = events[0]?.details ?? {};
    assertEqual(
      [was, is],
      [
        { ...UNSTATED, max_amount: '9.00' },
        { ...UNSTATED, daily_pending: '0.00' },
      ],
    );
  });

  test('that states nothing is removed', async () => {
    const before = aCeiling({ scope: ofPartner, dailyReleased: 9_00n });
    const { setCeiling, done, events } = openCeilings(before);
    const ceiling = await setCeiling(input(), ADMIN);
    assertEqual(ceiling, aCeiling({ id: before.id, scope: ofPartner }));
    assertEqual(done.at(-1), before.id);
    assertEqual(events[0]?.details.after, null);
  });

  test('that stated nothing before needs no change', async () => {
    const { setCeiling, done, events } = openCeilings(undefined);
    await setCeiling(input(), ADMIN);
    assertEqual(done, ['lock', [ofPartner, 'EUR']]);
    assertEqual(events, []);
  });

  for (const [type, id] of [
    ['partner', PARTNER],
    ['merchant', MERCHANT],
  ] as const) {
    test(`of a ${type} that does not exist is refused`, async () => {
      const { setCeiling, events } = openCeilings(undefined, {
        put: () => Promise.reject(constraintViolation(`ceilings_${type}`)),
      });
      const attempt = setCeiling(input({ scope: { type, id }, limits: { ...NOTHING, maxAmount: 1 } }), ADMIN);
      await rejectsWith(attempt, 'NOT_FOUND', { resource_type: type, resource_id: id });
      assertEqual(events, []);
    });
  }

  test('hands any other error on', async () => {
    const broken = constraintViolation('ceilings_key');
    const { setCeiling } = openCeilings(undefined, { put: () => Promise.reject(broken) });
    await assert.rejects(setCeiling(input({ limits: { ...NOTHING, maxAmount: 1 } }), ADMIN), broken);
  });

  test('in a currency that is not supported is refused before any work', async () => {
    const { setCeiling, transactions } = openCeilings(undefined);
    await rejectsWith(setCeiling(input({ currency: 'JPY' }), ADMIN), 'UNSUPPORTED_CURRENCY', {
      currency: 'JPY',
      supported: ['EUR', 'USD'],
    });
    assert.equal(transactions(), 0);
  });
});

test('ingestion reads all ceilings as one entry of the cache', async () => {
  const [one, other] = [aCeiling(), aCeiling({ currency: 'USD' })];
  const { findCeilings } = openCeilings(undefined, { findAll: async () => [one, other] });
  assertEqual([...(await findCeilings(fakeTransaction())).values()], [one, other]);
});
