import { utcDay } from '../../../core/clock.ts';
import { minimum } from '../../../core/money.ts';
import type {
  Allowed,
  Blocker,
  Covered,
  Entry,
  Facts,
  Next,
  PayoutAfter,
  Recorded,
  RevisionFacts,
  TimelineEvent,
} from './model.ts';

/*
 * What happened to a purchase, what comes next, and which payouts paid its reward. Pure.
 */

/** The platform itself, as the author of entries that no event names. */
const PLATFORM_ACTOR = { type: 'system', id: null, label: 'ClickNBack' } as const;

/** The type of the entries that an event about the purchase itself made. Events of revisions name their revision. */
const ENTRIES_OF: Readonly<Record<string, string>> = {
  'purchase.recorded': 'cashback_credit',
  'purchase.confirmed': 'cashback_confirmation',
  'purchase.reward_released': 'cashback_confirmation',
  'purchase.reversed': 'cashback_reversal',
};

/**
 * The events with the journal entries that they made, in order. An event with a second entry, such as a raised reward that
 * is available at once, is followed by an event of the kind `entry`. So is an entry that no event names.
 */
export function timelineOf(
  recorded: readonly Recorded[],
  entries: readonly Entry[],
  revisions: readonly RevisionFacts[],
  facts: Pick<Facts, 'id' | 'holdReasons'>,
): readonly TimelineEvent[] {
  const left = new Set(entries);
  const revisionOf = new Map(revisions.map(({ seq, id }) => [seq, id]));

  /** The entries that the event made, each taken once. */
  function take({ action, details }: Recorded): Entry[] {
    // The reward moves at its release.
    if (action === 'purchase.confirmed' && details.awaiting_release === true) return [];
    const revisionId = revisionOf.get(Number(details.revision));
    const taken = [...left].filter(({ sourceId, type }) =>
      revisionId === undefined
        ? sourceId === facts.id && type === ENTRIES_OF[action]
        : sourceId === revisionId,
    );
    for (const entry of taken) left.delete(entry);
    return taken;
  }

  const events = recorded.flatMap((event): TimelineEvent[] => {
    const { at, action, actor, details, requestId } = event;
    const kind = action.replace(/^purchase\./, '');
    const [entry = null, ...others] = take(event);
    const reason = typeof details.reason === 'string' ? details.reason : null;
    const evidence = kind === 'held' ? facts.holdReasons : details;
    return [
      { at, kind, actor, reason, evidence, entry, requestId },
      ...others.map((other) => ({ ...bare(other, actor, at), requestId })),
    ];
  });
  const unnamed = [...left].map((entry) => bare(entry, PLATFORM_ACTOR, entry.createdAt));
  return [...events, ...unnamed].toSorted((one, other) => Temporal.Instant.compare(one.at, other.at));
}

function bare(entry: Entry, actor: Recorded['actor'], at: Temporal.Instant): TimelineEvent {
  return { at, kind: 'entry', actor, reason: null, evidence: null, entry, requestId: null };
}

/** The day (UTC) on which a purchase that was recorded on this day is due. */
export function dueDayOf(recordedOn: string, days: number): string {
  return Temporal.PlainDate.from(recordedOn).add({ days }).toString();
}

/**
 * The day (UTC) on which the purchase is confirmed automatically, or what keeps the reward from becoming available. It is
 * late when its day is over, or when it waits although it is confirmed.
 * @param today the present day (UTC).
 */
export function nextOf(
  facts: Facts,
  given: { readonly defaultDays: number; readonly isSwitchedOn: boolean; readonly today: string },
): Next {
  if (facts.isAwaitingRelease) return { confirmsOn: null, blockedBy: ['daily_ceiling'], isLate: true };
  if (facts.status !== 'pending') return { confirmsOn: null, blockedBy: [], isLate: false };
  const blockers: Readonly<Partial<Record<Blocker, boolean>>> = {
    held: facts.held,
    pending_lines: facts.hasPendingLine,
    switched_off: !given.isSwitchedOn,
    user_inactive: !facts.isUserActive,
    merchant_inactive: !facts.isMerchantActive,
  };
  const blockedBy = (Object.keys(blockers) as Blocker[]).filter((blocker) => blockers[blocker]);
  const dueOn = dueDayOf(utcDay(facts.createdAt), facts.confirmationDays ?? given.defaultDays);
  return { confirmsOn: blockedBy.length === 0 ? dueOn : null, blockedBy, isLate: dueOn < given.today };
}

/** What an administrator may do now, with the wallet's balances after it. A ceiling may let a confirmation wait. */
export function allowedOf(
  { status, held, isAwaitingRelease, wallet }: Facts,
  reward: bigint,
): readonly Allowed[] {
  const { pending, available } = wallet;
  if (status === 'reversed') return [];
  const isPending = status === 'pending' || isAwaitingRelease;
  const reverse = {
    action: 'reverse',
    pendingAfter: isPending ? pending - reward : pending,
    availableAfter: isPending ? available : available - reward,
  } as const;
  if (status === 'confirmed') return [reverse];
  const confirm = {
    action: 'confirm',
    pendingAfter: pending - reward,
    availableAfter: available + reward,
  } as const;
  const release = { action: 'release', pendingAfter: pending, availableAfter: available } as const;
  return [confirm, ...(held ? [release] : []), reverse];
}

/**
 * Which payouts paid an available reward, first in, first out: a convention, as money has no name. Older money
 * leaves first. `payouts` were requested after the entry that made it available, oldest first, and went
 * to the bank or may.
 */
export function coverageOf<Payout extends PayoutAfter>(
  reward: bigint,
  available: Pick<Entry, 'amount' | 'availableAfter'>,
  payouts: readonly Payout[],
): readonly Covered<Payout>[] {
  let before = available.availableAfter - available.amount;
  if (before < 0n) before = 0n;
  let left = reward;
  return payouts.flatMap((payout) => {
    const ofOthers = minimum(payout.amount, before);
    before -= ofOthers;
    const rest = payout.amount - ofOthers;
    const coveredAmount = minimum(rest, left);
    left -= coveredAmount;
    return coveredAmount > 0n ? [{ ...payout, coveredAmount }] : [];
  });
}

/** The events that a shopper sees. Reviews and the evidence of staff are not among them. */
export const SHOPPER_KINDS: ReadonlySet<string> = new Set([
  'recorded',
  'confirmed',
  'reward_released',
  'reversed',
  'amended',
  'matched',
  'refilled',
]);
