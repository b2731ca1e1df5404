import { type Amendments, takePartialReturns } from './amendments.ts';
import { type Balances, readWallets, sumOf, type Wallets } from './balances.ts';
import { type Customers, importCustomers } from './customers.ts';
import type { Duplicate, Lookalike } from './duplicates.ts';
import type { Feed } from './feed.ts';
import { ingestPurchases } from './ingestion.ts';
import type { Moment } from './partial-return.ts';
import { payOut } from './payouts.ts';
import type { PlatformClient } from './platform-client.ts';
import { openProgramme } from './programme.ts';
import { perSecond, type Report } from './progress.ts';
import { countRefused, type Refusal } from './refusal.ts';
import { settlePurchases, takeLateReturns } from './settlement.ts';

export type Stage = {
  readonly stage: string;
  readonly accepted: number;
  readonly refused: number;
  /** The balances of the feed's customers after this stage. */
  readonly balances: Balances;
  /** Further counts, by the words of the table. */
  readonly also: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly perSecond: number;
};

export type Play = {
  readonly feed: string;
  readonly lines: number;
  readonly merchant: string;
  readonly customers: Pick<Customers, 'created' | 'known'>;
  readonly stages: readonly Stage[];
  readonly refusals: readonly Refusal[];
  readonly duplicates: readonly Duplicate[];
  readonly lookalikes: readonly Lookalike[];
};

/**
 * Plays a feed: creates its merchant, imports its customers, reports its purchases in order, settles them, pays the
 * customers and reverses late returns. In between it amends the purchases of which a part came back. Every step reads the
 * state of the platform first or is safe to repeat. A second run therefore changes nothing, and the next run completes an
 * interrupted one.
 */
export async function playFeed(deps: {
  readonly feed: Feed;
  readonly client: PlatformClient;
  readonly report: Report;
}): Promise<Play> {
  const { feed, client, report } = deps;
  const linesRead = feed.lines.length + countRefused(feed.refusals);
  const programme = await openProgramme(client, feed);
  const customers = await importCustomers(client, feed, report);
  const stages: Stage[] = [];
  let wallets: Wallets = new Map();

  /** Runs one stage and adds its line to the result. */
  async function play<Result extends { readonly refusals: readonly Refusal[] }>(
    stage: string,
    work: () => Promise<Result>,
    describe: (result: Result) => Pick<Stage, 'accepted' | 'also'> & { readonly handled: number },
  ): Promise<Result> {
    const [result, seconds] = await timed(work);
    wallets = await readWallets(client, customers, report);
    const { handled, ...described } = describe(result);
    stages.push({
      stage,
      refused: countRefused(result.refusals),
      balances: sumOf(wallets),
      ...described,
      seconds,
      perSecond: perSecond(handled, seconds),
    });
    return result;
  }

  const returnedAt = (moment: Moment) =>
    feed.partialReturns.filter((partialReturn) => partialReturn.moment === moment);

  /** The stage is left out if the feed has no partial returns of this moment, as that of a file. */
  async function playPartialReturns(stage: string, moment: Moment): Promise<readonly Refusal[]> {
    const partialReturns = returnedAt(moment);
    if (partialReturns.length === 0) return [];
    const { refusals } = await play(
      stage,
      () => takePartialReturns(client, stage, partialReturns, ingestion.purchases, report),
      describeAmendments,
    );
    return refusals;
  }

  const ingestion = await play(
    'ingestion',
    () => ingestPurchases(client, feed, programme, customers, report),
    ({ accepted, duplicates, differing, capped }) => ({
      accepted,
      also: { duplicates, 'differing duplicates': differing, 'met the cap': capped },
      handled: linesRead,
    }),
  );
  const returnedPending = await playPartialReturns('returns while pending', 'pending');
  const settlement = await play(
    'settlement',
    () => settlePurchases(client, ingestion.purchases, report),
    ({ confirmed, reversed, untouched, refusals }) => ({
      accepted: confirmed + reversed,
      also: { reversed, confirmed, 'settled before': untouched },
      handled: confirmed + reversed + refusals.length,
    }),
  );
  const returnedConfirmed = await playPartialReturns('returns before payout', 'confirmed');
  const payouts = await play(
    'payouts',
    () => payOut(client, feed, customers, wallets, report),
    ({ requested, completed, processing, refusals }) => ({
      accepted: requested,
      also: { completed, 'on their way': processing },
      handled: requested + refusals.length,
    }),
  );
  const returnedPaid = await playPartialReturns('returns after payout', 'paid');
  const returns = await play(
    'late returns',
    () => takeLateReturns(client, settlement.purchases, report),
    ({ reversed, refusals }) => ({
      accepted: reversed,
      also: { reversed },
      handled: reversed + refusals.length,
    }),
  );

  return {
    feed: feed.name,
    lines: linesRead,
    merchant: programme.merchantName,
    customers: { created: customers.created, known: customers.known },
    stages,
    refusals: [
      ...customers.refusals,
      ...ingestion.refusals,
      ...returnedPending,
      ...settlement.refusals,
      ...returnedConfirmed,
      ...payouts.refusals,
      ...returnedPaid,
      ...returns.refusals,
    ],
    duplicates: ingestion.named,
    lookalikes: ingestion.lookalikes,
  };
}

function describeAmendments({ byAmount, byLines, repeated, refusals }: Amendments) {
  const accepted = byAmount + byLines;
  return {
    accepted,
    also: { 'partial by amount': byAmount, 'partial by lines': byLines, repeated },
    handled: accepted + repeated + refusals.length,
  };
}

async function timed<Result>(work: () => Promise<Result>): Promise<[Result, number]> {
  const started = performance.now();
  const result = await work();
  return [result, (performance.now() - started) / 1_000];
}
