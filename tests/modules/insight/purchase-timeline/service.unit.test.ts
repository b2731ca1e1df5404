import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  Entry,
  Facts,
  PayoutFacts,
  RevisionFacts,
} from '../../../../src/modules/insight/purchase-timeline/model.ts';
import type { TimelineRepository } from '../../../../src/modules/insight/purchase-timeline/repository.ts';
import { timelineService } from '../../../../src/modules/insight/purchase-timeline/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { aReward, STRANGER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';
import { anEntry, someFacts } from '../../../support/timeline-builders.ts';

function open(
  facts: Facts | undefined,
  more: {
    readonly entries?: readonly Entry[];
    readonly revisions?: readonly RevisionFacts[];
    readonly payouts?: readonly PayoutFacts[];
    readonly reward?: Parameters<typeof aReward>[0];
    readonly isSwitchedOn?: boolean;
  } = {},
) {
  const id = facts?.id ?? '';
  return timelineService({
    ...fakeKernel().kernel,
    defaultConfirmationDays: 30,
    repository: fake<TimelineRepository>({
      findFacts: async () => facts,
      findEvents: async () => [],
      findEntries: async () => more.entries ?? [],
      findRevisions: async () => more.revisions ?? [],
      findWitnesses: async () => [],
      findPayoutsAfter: async (_db, _facts, sequence) => (sequence === 7n ? (more.payouts ?? []) : []),
    }),
    cashback: {
      findRewards: async () =>
        new Map(
          facts === undefined
            ? []
            : [[id, aReward({ uncappedAmount: 2_50n, amount: 2_50n, ...more.reward })]],
        ),
    },
    flags: { evaluateFlags: async () => [more.isSwitchedOn ?? true] },
  });
}

test('a purchase that is missing, or of another user, is not found', async () => {
  await rejectsWith(open(undefined).getTimeline('x'), 'NOT_FOUND');
  const facts = someFacts();
  await rejectsWith(open(facts).getTimeline(facts.id, STRANGER), 'NOT_FOUND');
  assert.equal((await open(facts).getTimeline(facts.id, facts.userId)).facts, facts);
});

test('the reward and the amount are those of the latest revision', async () => {
  const facts = someFacts({ revision: 1 });
  const revisions = [{ id: 'r', seq: 1, amount: 20_00n, uncappedAmount: 1_00n, reward: 1_00n }];
  const { amount, reward, explanation, allowed } = await open(facts, { revisions }).getTimeline(facts.id);
  assertEqual([amount, reward.amount, explanation.isReproduced], [20_00n, 1_00n, true]);
  assertEqual(allowed[0]?.pendingAfter, facts.wallet.pending - 1_00n);
});

test('payouts cover an available reward, from its entry on', async () => {
  const facts = someFacts({ status: 'confirmed' });
  const payout = { id: 'p', amount: 5_00n, status: 'completed', settledAt: null } as const;
  const entries = [anEntry({ sequence: 7n, type: 'cashback_confirmation', availableAfter: 4_50n })];
  const shown = async (status: 'available' | 'reversed' | 'pending') =>
    (await open(facts, { entries, payouts: [payout], reward: { status } }).getTimeline(facts.id)).payouts;
  assertEqual(await shown('available'), [{ ...payout, coveredAmount: 2_50n }]);
  assertEqual([await shown('reversed'), await shown('pending')], [[], []]);
});

test('auto-confirmation that is switched off keeps a purchase pending', async () => {
  const facts = someFacts();
  assertEqual((await open(facts, { isSwitchedOn: false }).getTimeline(facts.id)).next, {
    confirmsOn: null,
    blockedBy: ['switched_off'],
    isLate: false,
  });
});

test('a purchase without a reward is a fault', async () => {
  const facts = someFacts();
  const { getTimeline } = timelineService({
    ...fakeKernel().kernel,
    defaultConfirmationDays: 30,
    repository: fake<TimelineRepository>({
      findFacts: async () => facts,
      findEvents: async () => [],
      findEntries: async () => [],
      findRevisions: async () => [],
      findWitnesses: async () => [],
    }),
    cashback: { findRewards: async () => new Map() },
    flags: { evaluateFlags: async () => [true] },
  });
  await assert.rejects(getTimeline(facts.id), /has no reward/);
});
