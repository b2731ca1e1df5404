import { isDeepStrictEqual } from 'node:util';
import { type Violation, validationError } from '../../../core/errors.ts';
import { formatMoney, readMoney } from '../../../core/money.ts';
import type { Actor } from '../../platform/events/index.ts';
import { amendReward, type Reward } from '../cashback/index.ts';
import { amendmentConflict } from './errors.ts';
import { areDistinct, sumOf } from './lines.ts';
import {
  type Amendment,
  namespaceOf,
  type Purchase,
  type PurchaseLine,
  type Reporter,
  type Revision,
  type RewardedPurchase,
  type Witness,
} from './model.ts';
import { requireNotReversed, SAME_LINE_IDS } from './policies.ts';
import type { Position } from './position.ts';

/*
 * Later words of a source on a purchase. Pure: ids, times and the room of caps are handed in.
 */

type Given = {
  readonly id: string;
  readonly now: Temporal.Instant;
  /** What the reward's cap has left; undefined without a cap. */
  readonly room: bigint | undefined;
  /** The part of the cap that a duplicate has used and leaves to this purchase. */
  readonly takenOver?: bigint;
};

/** The revision of an amendment. @throws PURCHASE_ALREADY_REVERSED, or VALIDATION_ERROR for amounts. */
export function revise(
  current: RewardedPurchase,
  { actor, amendment }: { readonly actor: Reporter; readonly amendment: Amendment },
  given: Given,
): Revision {
  const { version, reason } = amendment;
  const { amount, lines } = readStatement(amendment.statement, current.purchase.currency);
  const source = {
    namespace: namespaceOf(actor, current.purchase.merchantId),
    kind: actor.type === 'partner' ? 'partner' : 'admin',
  } as const;
  return nextRevision(current, { cause: 'amended', version, reason, amount, lines, source, actor }, given);
}

/** The revision of a report by another source, which has the id of the report as its version. */
export function reviseByMatch(
  current: RewardedPurchase,
  report: {
    readonly actor: Actor;
    readonly reason: string;
    readonly witness: Pick<Witness, 'namespace' | 'externalId' | 'kind'>;
    /** The amount that the purchase has then. */
    readonly amount: bigint;
    /** Without them the lines stay as they are. */
    readonly lines?: readonly PurchaseLine[] | null;
  },
  given: Given,
): Revision {
  const { actor, reason, witness, amount, lines = null } = report;
  const version = witness.externalId;
  return nextRevision(
    current,
    { cause: 'matched', version, reason, amount, lines, source: witness, actor },
    given,
  );
}

/** @throws PURCHASE_ALREADY_REVERSED. */
function nextRevision(
  { purchase, reward }: RewardedPurchase,
  said: Pick<Revision, 'cause' | 'version' | 'reason' | 'amount' | 'lines' | 'actor'> & {
    readonly source: { readonly namespace: string; readonly kind: Revision['sourceKind'] };
  },
  given: Given,
): Revision {
  requireNotReversed(purchase);
  const { source, actor, ...statement } = said;
  const { takenOver = 0n } = given;
  const amended = amendReward({ ...reward, amount: reward.amount + takenOver }, said.amount, given.room);
  return {
    ...statement,
    id: given.id,
    purchaseId: purchase.id,
    seq: purchase.revision + 1,
    namespace: source.namespace,
    sourceKind: source.kind,
    currency: purchase.currency,
    state: purchase.status,
    uncappedAmount: amended.uncappedAmount,
    before: positionOf(reward),
    after: positionOf(amended),
    actor: { type: actor.type, id: actor.id },
    createdAt: given.now,
  };
}

/** The revision that an amendment repeats, if there is one. @throws AMENDMENT_CONFLICT if its content differs. */
export function findRepeated(
  revisions: readonly Revision[],
  { actor, amendment }: { readonly actor: Reporter; readonly amendment: Amendment },
  { merchantId }: Purchase,
): Revision | undefined {
  const { version, reason, statement } = amendment;
  const namespace = namespaceOf(actor, merchantId);
  const revision = revisions.find(
    (one) => one.cause === 'amended' && one.namespace === namespace && one.version === version,
  );
  if (revision === undefined) return undefined;
  const { purchaseId, amount, lines, currency } = revision;
  const isSame =
    reason === revision.reason && isDeepStrictEqual(readStatement(statement, currency), { amount, lines });
  if (isSame) return revision;
  throw amendmentConflict({
    purchase_id: purchaseId,
    version,
    amount: formatMoney(amount, currency),
    reason: revision.reason,
  });
}

/** A purchase and its reward as they are after a revision. */
export function revised({ purchase, reward }: RewardedPurchase, revision: Revision): RewardedPurchase {
  const { amount, seq, state, uncappedAmount, after } = revision;
  return {
    purchase: { ...purchase, amount, revision: seq, status: state },
    reward: {
      ...reward,
      uncappedAmount,
      amount: after.reward,
      status: after.bucket === 'platform' ? 'reversed' : after.bucket,
    },
  };
}

/** A purchase as it was recorded, with the amount of its latest revision. */
export function withPresentAmount(purchase: Purchase, latest: Revision | undefined): Purchase {
  return latest === undefined ? purchase : { ...purchase, amount: latest.amount };
}

/** The same with its reward. */
export function present(recorded: RewardedPurchase, latest: Revision | undefined): RewardedPurchase {
  if (latest === undefined) return recorded;
  const { uncappedAmount, after } = latest;
  return {
    purchase: withPresentAmount(recorded.purchase, latest),
    reward: { ...recorded.reward, uncappedAmount, amount: after.reward },
  };
}

export function positionOf({ amount, status }: Reward): Position {
  return { reward: amount, bucket: status === 'reversed' ? 'platform' : status };
}

/** @throws VALIDATION_ERROR unless the amounts are money of this currency. Zero is allowed. */
export function readStatement(statement: Amendment['statement'], currency: string) {
  const violations: Violation[] = [];
  function read(amount: string | number, field: string): bigint {
    const reading = readMoney(amount, currency, { orZero: true });
    if ('minor' in reading) return reading.minor;
    violations.push({ field, reason: reading.problem });
    return 0n;
  }

  const lines: PurchaseLine[] | null =
    'lines' in statement
      ? statement.lines.map((line, index) => ({
          ...line,
          amount: read(line.amount, `lines.${index}.amount`),
        }))
      : null;
  const amount =
    'amount' in statement
      ? read(statement.amount, 'amount')
      : read(formatMoney(sumOf(lines ?? []), currency), 'lines');
  if (!areDistinct(lines ?? [])) violations.push(SAME_LINE_IDS);
  if (violations.length > 0) throw validationError({ violations });
  return { amount, lines };
}
