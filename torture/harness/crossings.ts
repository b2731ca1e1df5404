import { randomUUID } from 'node:crypto';
import { oneOf } from '../random.ts';
import type { Answer } from './acknowledgements.ts';
import type { Reply } from './client.ts';
import {
  type Clerk,
  euros,
  type Purchase,
  perform,
  performBatch,
  performSettlements,
  rewardOf,
  type Settlement,
} from './operations.ts';
import type { Past } from './past.ts';
import { rewardPercent } from './programme.ts';
import { amountOf, clerkOf, isDone, persist, SOURCE_NAMES, type SourceName } from './sources.ts';

type Crossings = {
  readonly stop: () => Promise<void>;
  /** The number of reports that were repeated at the other process, and of those that got the first purchase. */
  readonly counts: () => {
    readonly repeats: number;
    readonly refused: number;
    /** Settlements of amended purchases that the older process left to the newer one. */
    readonly leftToNewer: number;
    readonly internalErrors: number;
  };
  /** The rewards of amended purchases in cents, by their ids. */
  readonly amended: () => ReadonlyMap<string, number>;
  readonly violations: () => readonly string[];
};

/**
 * Reports purchases at one of two processes and repeats them at the other one, in either order or at once, and settles some
 * by their external ids at any. Partners, an administrator and shoppers alike. Repeats purchases of the past too. Some are
 * amended at the newer process, which the older one does not know.
 */
export function startCrossings(
  past: Past,
  options: {
    readonly older: string;
    readonly newer: string;
    readonly random: () => number;
    /** The numbers of the merchants in the programme, from 1. No other writer uses them. */
    readonly merchantNumbers: readonly number[];
    readonly count?: number;
  },
): Crossings {
  const { older, newer, random, merchantNumbers, count = 4 } = options;
  const urls = [older, newer];
  const { programme } = past.sources.partner;
  const violations: string[] = [];
  const counts = { repeats: 0, refused: 0, leftToNewer: 0, internalErrors: 0 };
  const amended = new Map<string, number>();
  let stopping = false;
  let rounds = 0;

  async function cross(): Promise<void> {
    while (!stopping) {
      rounds += 1;
      if (rounds % 5 === 0) await repeatPast();
      else if (rounds % 5 === 1) await crossAmended();
      else await crossNew(rounds);
    }
  }

  function newPurchase(name: SourceName, merchantNumber: number): Purchase {
    const cents = amountOf(name, random);
    return {
      kind: 'purchase',
      externalId: `${name}-${randomUUID()}`,
      userId: oneOf(random, programme.users),
      merchantId: programme.merchants[merchantNumber - 1] ?? '',
      cents,
      rewardCents: rewardOf(cents, rewardPercent(merchantNumber)),
    };
  }

  async function crossNew(round: number): Promise<void> {
    const name = SOURCE_NAMES[round % SOURCE_NAMES.length] ?? 'partner';
    const operation = newPurchase(name, oneOf(random, merchantNumbers));
    const clerk = clerkOf(past.sources, name, operation.userId);
    const [one, other] = random() < 0.5 ? urls : urls.toReversed();
    const reportAt = (url = '') => sendOne(clerk, url, operation, name !== 'shopper' && random() < 0.3);
    const answers =
      random() < 0.3
        ? await Promise.all([reportAt(one), reportAt(other)])
        : [await reportAt(one), await reportAt(other)];
    counts.repeats += 1;
    const done = answers.filter(isDone);
    const repeats = done.filter(({ isRepeat }) => isRepeat);
    if (done.length === 2 && repeats.length === 1 && done[0]?.id === done[1]?.id) counts.refused += 1;
    else violations.push(`${name}: ${operation.externalId} at both processes got ${JSON.stringify(answers)}`);
    if (done[0] !== undefined && random() < 0.5) await settle(name, operation, done[0].id);
  }

  async function settle(name: SourceName, operation: Purchase, id: string): Promise<void> {
    const isOfShopper = name === 'shopper';
    const clerk = isOfShopper ? past.sources.admin : past.sources[name];
    const settlement = {
      operation: { kind: random() < 0.6 ? 'confirm' : 'reverse', purchaseId: id },
      ...(!isOfShopper && { externalId: operation.externalId }),
    } as const;
    const url = oneOf(random, urls);
    const { answers, reply } = await persist(() => performSettlements(clerk, url, [settlement]));
    note(reply, answers);
    if (!isDone(answers[0]) || answers[0].isRepeat)
      violations.push(
        `${name}: ${settlement.operation.kind} of ${operation.externalId} got ${JSON.stringify(answers)}`,
      );
  }

  /** The older process must not settle the reward as it was recorded, and leaves the purchase to the newer one. */
  async function crossAmended(): Promise<void> {
    const { partner } = past.sources;
    const merchantNumber = oneOf(random, merchantNumbers);
    const operation = newPurchase('partner', merchantNumber);
    const recorded = await sendOne(partner, oneOf(random, urls), operation, false);
    if (!isDone(recorded)) return;
    const { id } = recorded;
    const isConfirmedFirst = random() < 0.5;
    if (isConfirmedFirst) await settleOnce(newer, { kind: 'confirm', purchaseId: id });
    const half = Math.floor(operation.cents / 2);
    const reward = rewardOf(half, rewardPercent(merchantNumber));
    const { reply } = await persist(async () => ({
      reply: await partner.client.send(newer, {
        method: 'POST',
        path: `/purchases/${id}/amendments`,
        token: partner.programme.partnerKey,
        body: { amount: euros(half), reason: 'Half of it came back.', version: randomUUID() },
      }),
    }));
    amended.set(id, reward);
    if (reply.body?.cashback_amount !== euros(reward))
      violations.push(`an amendment of ${operation.externalId} got ${JSON.stringify(reply.body)}`);
    const settlement = { kind: isConfirmedFirst ? 'reverse' : 'confirm', purchaseId: id } as const;
    const atOlder = await settleOnce(older, settlement);
    if (atOlder?.kind === 'refused' && !atOlder.isFinal) counts.leftToNewer += 1;
    else if (reward !== recorded.cents)
      violations.push(`the older process settled ${operation.externalId}: ${JSON.stringify(atOlder)}`);
    const atNewer = await settleOnce(newer, settlement);
    if (!isDone(atNewer))
      violations.push(
        `${settlement.kind} of ${operation.externalId}, amended, got ${JSON.stringify(atNewer)}`,
      );
  }

  async function settleOnce(url: string, operation: Settlement): Promise<Answer | undefined> {
    const { answers, reply } = await performSettlements(past.sources.partner, url, [{ operation }]);
    note(reply, answers);
    return answers[0];
  }

  /** A purchase from before the upgrade gets its first answer. */
  async function repeatPast(): Promise<void> {
    const { by, operation, id } = oneOf(random, past.purchases);
    const answer = await sendOne(
      clerkOf(past.sources, by, operation.userId),
      oneOf(random, urls),
      operation,
      false,
    );
    counts.repeats += 1;
    if (isDone(answer) && answer.isRepeat && answer.id === id) counts.refused += 1;
    else
      violations.push(
        `${by}: ${operation.externalId} of before the upgrade, repeated, got ${JSON.stringify(answer)}`,
      );
  }

  async function sendOne(clerk: Clerk, url: string, operation: Purchase, inBatch: boolean): Promise<Answer> {
    const { answer, reply } = await persist(() =>
      inBatch
        ? performBatch(clerk, url, [operation]).then(({ answers, reply }) => ({ answer: answers[0], reply }))
        : perform(clerk, url, operation),
    );
    note(reply, [answer]);
    return answer ?? { kind: 'unknown', reason: 'no result for it' };
  }

  /** An item of a list may have failed too. */
  function note({ status }: Reply, answers: readonly (Answer | undefined)[]): void {
    const hasFailed = answers.some(
      (answer) => answer?.kind === 'unknown' && answer.reason === 'INTERNAL_ERROR',
    );
    if (status === 500 || hasFailed) counts.internalErrors += 1;
  }

  const crossing = Array.from({ length: count }, cross);
  return {
    stop: async () => {
      stopping = true;
      await Promise.all(crossing);
    },
    counts: () => counts,
    amended: () => amended,
    violations: () => violations,
  };
}
