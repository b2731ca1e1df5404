import { type Clock, utcDay } from '../../../core/clock.ts';
import type { Database, Db } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import type { CashbackClient, Reward } from '../../earning/cashback/index.ts';
import { AUTO_CONFIRM_FLAG } from '../../earning/purchases/index.ts';
import type { FlagClient } from '../../platform/feature-flags/index.ts';
import { explain } from './explanation.ts';
import type {
  Allowed,
  Covered,
  Entry,
  Explanation,
  Facts,
  Next,
  TimelineEvent,
  WitnessFacts,
} from './model.ts';
import { allowedOf, coverageOf, nextOf, timelineOf } from './policies.ts';
import type { TimelineRepository } from './repository.ts';

export type Timeline = {
  readonly facts: Facts;
  /** The present amount, in minor units. */
  readonly amount: bigint;
  readonly reward: Reward;
  readonly explanation: Explanation;
  readonly next: Next;
  readonly witnesses: readonly WitnessFacts[];
  readonly events: readonly TimelineEvent[];
  readonly payouts: readonly Covered[];
  readonly allowed: readonly Allowed[];
};

export type TimelineService = ReturnType<typeof timelineService>;

export function timelineService(deps: {
  database: Pick<Database, 'transaction'>;
  clock: Clock;
  repository: TimelineRepository;
  cashback: Pick<CashbackClient, 'findRewards'>;
  flags: FlagClient;
  defaultConfirmationDays: number;
}) {
  const { database, clock, repository, cashback, flags, defaultConfirmationDays } = deps;

  /** @throws NOT_FOUND, also if the purchase is of another user than `ownerId`. */
  function getTimeline(id: string, ownerId?: string): Promise<Timeline> {
    // One connection, whose reads travel together and are prepared.
    return database.transaction((trx) => read(trx, id, ownerId));
  }

  async function read(db: Db, id: string, ownerId: string | undefined): Promise<Timeline> {
    const facts = await repository.findFacts(db, id);
    if (facts === undefined || (ownerId ?? facts.userId) !== facts.userId) throw notFound('purchase', id);
    const [rewards, recorded, entries, revisions, witnesses, [isSwitchedOn = true]] = await Promise.all([
      cashback.findRewards(db, [id]),
      repository.findEvents(db, id),
      repository.findEntries(db, facts),
      repository.findRevisions(db, facts),
      repository.findWitnesses(db, facts),
      flags.evaluateFlags(db, AUTO_CONFIRM_FLAG, [facts]),
    ]);
    const stored = rewards.get(id);
    if (stored === undefined) throw new Error(`purchase ${id} has no reward`);
    const latest = revisions.at(-1);
    const reward =
      latest === undefined
        ? stored
        : { ...stored, uncappedAmount: latest.uncappedAmount, amount: latest.reward };
    const amount = latest?.amount ?? facts.originalAmount;
    return {
      facts,
      amount,
      reward,
      explanation: explain(facts, amount, reward),
      next: nextOf(facts, { defaultDays: defaultConfirmationDays, isSwitchedOn, today: utcDay(clock()) }),
      witnesses,
      events: timelineOf(recorded, entries, revisions, facts),
      payouts: await payoutsOf(db, facts, reward, entries),
      allowed: allowedOf(facts, reward.amount),
    };
  }

  async function payoutsOf(
    db: Db,
    facts: Facts,
    reward: Reward,
    entries: readonly Entry[],
  ): Promise<readonly Covered[]> {
    const available = entries.find(({ type }) => type === 'cashback_confirmation');
    if (available === undefined || reward.status !== 'available') return [];
    return coverageOf(
      reward.amount,
      available,
      await repository.findPayoutsAfter(db, facts, available.sequence),
    );
  }

  return { getTimeline };
}
