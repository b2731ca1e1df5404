import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { onlyValue } from '../../../../src/core/outcome.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import type { PayoutMove, PayoutStatus } from '../../../../src/modules/money/payouts/model.ts';
import { fundWallet, openPayoutDesk } from '../../../support/payouts.ts';
import { IBAN } from '../../../support/payouts-builders.ts';
import { startTestPlatform } from '../../../support/platform.ts';

/*
 * Random lists of requests and moves against the platform, beside a model that is nothing but numbers and a map of
 * statuses. After each list, every wallet is what the model says; in the end the journal replays.
 */

const platform = await startTestPlatform({
  environment: { PAYOUT_MINIMUM: '2.00', PAYOUT_MONTHLY_LIMIT: '60.00' },
});
const { requestPayouts, movePayouts } = platform.platform.modules.payouts.service;
const MINIMUM = 200;
const LIMIT = 6_000;

type ModelPayout = { status: PayoutStatus; amount: number; owner: number };
type ModelUser = { available: number; paid: number };

const order = { kind: fc.constant('order' as const), user: fc.nat(1) };
const orders = fc.oneof(
  fc.record({
    ...order,
    amount: fc.oneof(fc.integer({ min: 1, max: 2_500 }), fc.constantFrom(MINIMUM - 1, MINIMUM)),
    key: fc.constant(undefined),
  }),
  // Of few amounts, as a key that comes again is answered again only with the same one.
  fc.record({
    ...order,
    amount: fc.constantFrom(MINIMUM - 1, MINIMUM, 1_000),
    key: fc.constantFrom('a', 'b', 'c'),
  }),
);
/* The first steps often, because most payouts have moved on before. A return needs a completed payout, which is rare. */
const FIRST = ['processing', 'processing', 'cancelled', 'cancelled', 'cancelled'] as const;

const RETURNED = ['returned', 'returned', 'returned'] as const;

const moves = fc.record({
  kind: fc.constant('move' as const),
  payout: fc.nat(30),
  // Of a cancellation: the owner, the other user, or an administrator.
  actor: fc.constantFrom(0, 0, 0, 1, 2),
  to: fc.constantFrom(...FIRST, 'completed', 'completed', 'completed', 'failed', 'failed', ...RETURNED),
});
const credits = fc.record({
  kind: fc.constant('credit' as const),
  user: fc.nat(1),
  amount: fc.integer({ min: 1, max: 3_000 }),
});
const lists = fc.oneof(
  fc.array(orders, { minLength: 1, maxLength: 6 }),
  fc.array(moves, { minLength: 1, maxLength: 20, size: 'max' }),
  fc.tuple(credits),
);

const LEGAL = new Set([
  'requested>processing',
  'requested>completed',
  'requested>failed',
  'requested>cancelled',
  'processing>completed',
  'processing>failed',
  'completed>returned',
]);

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? String(error);
}

test('wallets and payouts under random lists of requests and moves are what a model of numbers says', async () => {
  const seen = new Map<string, number>();
  const count = (outcome: string) => seen.set(outcome, (seen.get(outcome) ?? 0) + 1);

  await fc.assert(
    fc.asyncProperty(fc.array(lists, { maxLength: 14 }), async (sequence) => {
      const desks = [await openPayoutDesk(platform, 4_000n), await openPayoutDesk(platform, 1_500n)];
      const ids = desks.map(({ user }) => user.id);
      const users: ModelUser[] = [
        { available: 4_000, paid: 0 },
        { available: 1_500, paid: 0 },
      ];
      const payouts = new Map<string, ModelPayout>();
      const keys = new Map<string, { amount: number; told: string }>();

      const orderInModel = (owner: number, amount: number): string => {
        const user = users[owner];
        assert.ok(user);
        const used = [...payouts.values()].filter(
          (payout) => payout.owner === owner && !['failed', 'cancelled', 'returned'].includes(payout.status),
        );
        if (amount > user.available) return 'INSUFFICIENT_BALANCE';
        const month = used.reduce((sum, payout) => sum + payout.amount, 0) + amount;
        if (amount < MINIMUM || month > LIMIT) return 'PAYOUT_POLICY_VIOLATION';
        user.available -= amount;
        user.paid += amount;
        return 'ok';
      };

      for (const list of sequence) {
        const [first] = list;
        if (first?.kind === 'credit') {
          await fundWallet(platform, ids[first.user] ?? '', BigInt(first.amount));
          const user = users[first.user];
          if (user) user.available += first.amount;
        } else if (first?.kind === 'order') {
          const wanted = list as Extract<typeof first, { kind: 'order' }>[];
          const outcomes = await requestPayouts(
            wanted.map(({ user, amount, key }) => ({
              actor: { type: 'user', id: ids[user] ?? '', requestId: null },
              userId: ids[user] ?? '',
              amount: BigInt(amount),
              currency: 'EUR',
              method: 'bank_transfer',
              bankDetails: { iban: IBAN, accountHolder: 'Erika Mustermann' },
              request:
                key === undefined
                  ? undefined
                  : { callerId: ids[user] ?? '', key, operation: 'payout.request', content: amount },
            })),
          );
          for (const [index, { user, amount, key }] of wanted.entries()) {
            const outcome = outcomes[index];
            assert.ok(outcome);
            const told = outcome.ok ? outcome.value.answer.id : codeOf(outcome.error);
            const earlier = key === undefined ? undefined : keys.get(`${user} ${key}`);
            if (earlier !== undefined) {
              assert.equal(told, earlier.amount === amount ? earlier.told : 'IDEMPOTENCY_KEY_REUSED');
              count(earlier.amount === amount ? 'replayed' : 'IDEMPOTENCY_KEY_REUSED');
              continue;
            }
            const expected = orderInModel(user, amount);
            assert.equal(outcome.ok ? 'ok' : told, expected);
            if (outcome.ok) payouts.set(told, { status: 'requested', amount, owner: user });
            if (key !== undefined) keys.set(`${user} ${key}`, { amount, told });
            count(expected);
          }
        } else if (first !== undefined) {
          const wanted = list as Extract<typeof first, { kind: 'move' }>[];
          const known = [...payouts.keys()];
          const asked = wanted.map(({ payout, actor, to }): PayoutMove => {
            const id = known[payout % Math.max(known.length, 1)] ?? '01936f2e-8c1b-7c3a-9d55-00000000000a';
            const owner = payouts.get(id)?.owner ?? 0;
            const user = actor === 2 || to !== 'cancelled' ? undefined : ids[(owner + actor) % 2];
            return {
              actor: {
                type: user === undefined ? 'admin' : 'user',
                id: user ?? platform.admin.id,
                requestId: null,
              },
              payoutId: id,
              to,
              ...(to === 'completed' && { externalReference: 'SEPA-1' }),
              ...((to === 'failed' || to === 'returned') && { reason: 'account closed' }),
            };
          });
          const outcomes = await movePayouts(asked);
          for (const [index, { payoutId, to, actor }] of asked.entries()) {
            const outcome = outcomes[index];
            const payout = payouts.get(payoutId);
            const isHidden = payout === undefined || (to === 'cancelled' && ids[payout.owner] !== actor.id);
            const expected = isHidden
              ? 'NOT_FOUND'
              : LEGAL.has(`${payout.status}>${to}`)
                ? to
                : 'PAYOUT_INVALID_TRANSITION';
            assert.equal(outcome?.ok ? onlyValue([outcome]).status : codeOf(outcome?.error), expected);
            count(expected);
            if (payout === undefined || expected !== to) continue;
            payout.status = to;
            const owner = users[payout.owner];
            if (owner === undefined || to === 'processing' || to === 'completed') continue;
            owner.available += payout.amount;
            owner.paid -= payout.amount;
          }
        }
        for (const [index, { available, paid }] of users.entries()) {
          assert.ok(available >= 0 && paid >= 0);
          const money = (cents: number) => (cents / 100).toFixed(4);
          assert.equal(await desks[index]?.balances(), `0.0000 / ${money(available)} / ${money(paid)}`);
        }
      }
      for (const [id, { status }] of payouts) {
        const [row] = await (desks[0]?.rows(`select status from payouts where id = '${id}'`) ?? []);
        assert.equal(row?.status, status);
      }
    }),
    { numRuns: 60 },
  );

  assert.deepEqual((await verifyLedger(platform.database)).faults, []);
  // The run is worth something only if it came to the hard cases.
  for (const outcome of [
    ...['ok', 'INSUFFICIENT_BALANCE', 'PAYOUT_POLICY_VIOLATION', 'replayed', 'IDEMPOTENCY_KEY_REUSED'],
    ...[
      'processing',
      'completed',
      'returned',
      'failed',
      'cancelled',
      'NOT_FOUND',
      'PAYOUT_INVALID_TRANSITION',
    ],
  ]) {
    assert.ok((seen.get(outcome) ?? 0) > 3, `${outcome} came ${seen.get(outcome)} times`);
  }
});
