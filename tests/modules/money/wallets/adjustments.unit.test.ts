import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DomainError } from '../../../../src/core/errors.ts';
import type { AdjustmentRepository } from '../../../../src/modules/money/wallets/adjustment-repository.ts';
import { walletAdjustments } from '../../../../src/modules/money/wallets/adjustments.ts';
import type { AdjustmentOrder, Movement } from '../../../../src/modules/money/wallets/model.ts';
import { postMovements } from '../../../../src/modules/money/wallets/policies.ts';
import type { IdempotencyClient } from '../../../../src/modules/platform/idempotency/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { constraintViolation, everyRequestIsNew, fake, fakeKernel } from '../../../support/fakes.ts';
import { adminActor, aWallet, NOW, SHOPPER, STRANGER } from '../../../support/purchases-builders.ts';
import { codeOf } from '../../../support/rejections.ts';

const ADMIN = adminActor(STRANGER);

function anOrder(fields: Partial<AdjustmentOrder> = {}): AdjustmentOrder {
  return {
    actor: ADMIN,
    userId: SHOPPER,
    currency: 'EUR',
    amount: 12_50n,
    direction: 'credit',
    reason: 'Goodwill.',
    mayAdjust: true,
    request: undefined,
    ...fields,
  };
}

/** A user with 20.00 available. */
function openAdjustments(
  replaced: { insert?: () => Promise<void>; idempotency?: IdempotencyClient; available?: bigint } = {},
) {
  const { kernel, ...seen } = fakeKernel();
  const inserted: unknown[] = [];
  const moved: Movement[] = [];
  const wallet = aWallet({ available: replaced.available ?? 20_00n });
  const adjust = walletAdjustments({
    ...kernel,
    repository: fake<AdjustmentRepository>({
      insert: replaced.insert ?? (async (_trx, row) => void inserted.push(row)),
    }),
    wallets: {
      lockWallets: async () => [wallet],
      applyMovements: async (_trx, movements) => {
        const { entries } = postMovements([wallet], movements, NOW);
        moved.push(...movements);
        return entries.map((entry) => ({ ...entry, id: STRANGER }));
      },
    },
    idempotency: replaced.idempotency ?? everyRequestIsNew,
    requireActiveSender: async () => undefined,
    supportedCurrencies: ['EUR', 'JPY'],
    fourEyesAbove: new Map([['EUR', 1_000_00n]]),
  });
  return { adjust, inserted, moved, ...seen };
}

describe('an adjustment', () => {
  for (const [direction, from, to, available] of [
    ['credit', 'platform', 'available', '32.50'],
    ['debit', 'available', 'platform', '7.50'],
  ] as const) {
    test(`that is a ${direction} moves money from ${from} to ${to}, with its reason on record`, async () => {
      const { adjust, inserted, moved, events } = openAdjustments();

      const outcome = await adjust(anOrder({ direction }));

      assert.ok(outcome.ok);
      const { answer } = outcome.value;
      const about = { userId: SHOPPER, currency: 'EUR', amount: 12_50n };
      assertEqual(answer, {
        id: answer.id,
        user_id: SHOPPER,
        amount: '12.50',
        currency: 'EUR',
        direction,
        reason: 'Goodwill.',
        status: 'completed',
        created_by: STRANGER,
        created_at: '2026-03-14T09:26:53Z',
        expires_at: null,
        decided_by: null,
        decided_at: null,
        decision_reason: null,
        wallet: {
          pending_balance: '0.00',
          available_balance: available,
          paid_balance: '0.00',
          currency: 'EUR',
        },
      });
      assertEqual(inserted, [
        {
          id: answer.id,
          ...about,
          direction,
          reason: 'Goodwill.',
          adminId: STRANGER,
          needsFourEyes: false,
          decision: null,
          createdAt: NOW,
        },
      ]);
      const source = { type: 'adjustment', id: answer.id };
      assertEqual(moved, [{ ...about, type: 'adjustment', from, to, source }]);
      assertEqual(events, [
        {
          type: 'wallet.adjusted',
          actor: ADMIN,
          resourceType: 'wallet',
          resourceId: SHOPPER,
          outcome: 'success',
          details: {
            adjustment_id: answer.id,
            direction,
            amount: '12.50',
            currency: 'EUR',
            reason: 'Goodwill.',
          },
        },
      ]);
    });
  }

  test('above the limit asks another administrator, and moves nothing', async () => {
    const { adjust, inserted, moved, events, logged } = openAdjustments();

    const outcome = await adjust(anOrder({ amount: 1_000_01n }));

    assert.ok(outcome.ok);
    const { status, expires_at, wallet } = outcome.value.answer;
    assertEqual([status, expires_at, wallet], ['awaiting_approval', '2026-03-21T09:26:53Z', null]);
    assertEqual([(inserted[0] as { needsFourEyes: boolean }).needsFourEyes, moved], [true, []]);
    assertEqual(
      events.map(({ type, actor }) => [type, actor]),
      [['wallet.adjustment_requested', ADMIN]],
    );
    assertEqual(logged[0]?.msg, 'wallet adjustment awaits approval');
  });

  test('above the limit that the balance does not allow is refused immediately', async () => {
    const { adjust, events } = openAdjustments({ available: 1_000_00n });
    const outcome = await adjust(anOrder({ direction: 'debit', amount: 1_000_01n }));
    assert.equal(outcome.ok || codeOf(outcome.error), 'INSUFFICIENT_BALANCE');
    assertEqual(events, []);
  });

  for (const [title, fields, reason] of [
    ['of the own wallet', { actor: adminActor(SHOPPER) }, /^own$/],
    ['of more than 20.00 without the permission', { mayAdjust: false, amount: 20_01n }, /20\.00 EUR/],
    ['that debits without the permission', { mayAdjust: false, direction: 'debit' }, /only credit/],
  ] as const) {
    test(`${title} is FORBIDDEN, which no key repeats`, async () => {
      const { adjust, inserted, transactions } = openAdjustments();
      const refusal = await adjust(anOrder(fields)).catch((error: unknown) => error);
      assert.equal(codeOf(refusal), 'FORBIDDEN');
      assert.match(String((refusal as DomainError).details.reason), reason);
      assertEqual([inserted, transactions()], [[], 0]);
    });
  }

  const unknownUser = () => Promise.reject(constraintViolation('adjustments_user_id_fkey'));
  for (const [title, order, code, replaced] of [
    ['in a currency that the platform does not have', { currency: 'USD' }, 'UNSUPPORTED_CURRENCY', {}],
    ['of an unknown user', {}, 'NOT_FOUND', { insert: unknownUser }],
    ['that takes more than is available', { direction: 'debit', amount: 20_01n }, 'INSUFFICIENT_BALANCE', {}],
    ['that the wallet has no room for', { amount: 10n ** 17n }, 'WALLET_FULL', {}],
  ] as const) {
    test(`${title} has ${code} as its outcome, moves nothing, and is logged`, async () => {
      const { adjust, moved, events, logged } = openAdjustments(replaced);
      const outcome = await adjust(anOrder(order));
      assert.equal(outcome.ok || codeOf(outcome.error), code);
      assertEqual([moved, events], [[], []]);
      assertEqual(logged, [
        { level: 30, request_id: 'test', user_id: SHOPPER, refusal: code, msg: 'wallet adjustment refused' },
      ]);
    });
  }

  test('that fails for another constraint is a fault', async () => {
    const fault = constraintViolation('adjustments_reason_check');
    const { adjust } = openAdjustments({ insert: () => Promise.reject(fault) });
    await assert.rejects(adjust(anOrder()), fault);
  });

  test('goes through its idempotency key, and a repeat is logged as one', async () => {
    const request = { callerId: STRANGER, key: 'key', operation: 'wallet.adjust', content: null };
    const { adjust, logged } = openAdjustments({
      idempotency: fake<IdempotencyClient>({
        once: async (_trx, given, work) => {
          assertEqual(given, request);
          return { ok: true, value: { answer: await work(), replayed: true } };
        },
      }),
    });

    const outcome = await adjust(anOrder({ request }));

    assert.ok(outcome.ok && outcome.value.replayed);
    assertEqual(logged, [
      {
        level: 30,
        request_id: 'test',
        user_id: SHOPPER,
        adjustment_id: outcome.value.answer.id,
        direction: 'credit',
        amount: '12.50',
        currency: 'EUR',
        msg: 'wallet adjustment response replayed',
      },
    ]);
  });
});
