import { type Balances, readBalances } from './balances.ts';
import { type Customers, importCustomers } from './customers.ts';
import type { Feed } from './feed.ts';
import { ingestPurchases, type Refusal } from './ingestion.ts';
import type { PlatformClient } from './platform-client.ts';
import { openProgramme } from './programme.ts';
import { perSecond, type Report } from './progress.ts';
import { type Settlement, settlePurchases, takeLateReturns } from './settlement.ts';

export type Stage = {
  readonly stage: string;
  readonly accepted: number;
  readonly refused: number;
  /** What the feed's customers hold after it. */
  readonly balances: Balances;
  /** What else there is to say of it, in the words of the table. */
  readonly also: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly perSecond: number;
};

export type Play = {
  readonly feed: string;
  readonly lines: number;
  readonly merchant: string;
  readonly customers: Pick<Customers, 'created' | 'known' | 'refusals'>;
  readonly stages: readonly Stage[];
  readonly refusals: readonly Refusal[];
};

/**
 * Takes a feed through the platform: its merchant and customers, its purchases in order, their settlement, and what
 * comes back later. Every step asks the platform how things stand, so a second run changes nothing, and one that was
 * cut off is completed by the next.
 */
export async function playFeed(deps: {
  readonly feed: Feed;
  readonly client: PlatformClient;
  readonly report: Report;
}): Promise<Play> {
  const { feed, client, report } = deps;
  const programme = await openProgramme(client, feed);
  const customers = await importCustomers(client, feed, report);

  const [ingestion, ingestionSeconds] = await timed(() =>
    ingestPurchases(client, feed, programme, customers, report),
  );
  const { accepted, duplicates, differing, capped } = ingestion;
  const ingestionStage: Stage = {
    stage: 'ingestion',
    accepted,
    refused: ingestion.refusals.length,
    balances: await readBalances(client, customers, report),
    also: { duplicates, 'differing duplicates': differing, 'met the cap': capped },
    seconds: ingestionSeconds,
    perSecond: perSecond(feed.lines.length, ingestionSeconds),
  };

  async function settlementStage(
    stage: string,
    settle: () => Promise<Settlement>,
    also: (settlement: Settlement) => Stage['also'],
  ): Promise<{ stage: Stage; settlement: Settlement }> {
    const [settlement, seconds] = await timed(settle);
    const { confirmed, reversed, refusals } = settlement;
    return {
      settlement,
      stage: {
        stage,
        accepted: confirmed + reversed,
        refused: refusals.length,
        balances: await readBalances(client, customers, report),
        also: also(settlement),
        seconds,
        perSecond: perSecond(confirmed + reversed + refusals.length, seconds),
      },
    };
  }

  const settled = await settlementStage(
    'settlement',
    () => settlePurchases(client, ingestion.purchases, report),
    ({ reversed, confirmed, untouched }) => ({ reversed, confirmed, 'settled before': untouched }),
  );
  const returned = await settlementStage(
    'late returns',
    () => takeLateReturns(client, settled.settlement.purchases, report),
    ({ reversed }) => ({ reversed }),
  );

  return {
    feed: feed.name,
    lines: feed.lines.length,
    merchant: programme.merchantName,
    customers: { created: customers.created, known: customers.known, refusals: customers.refusals },
    stages: [ingestionStage, settled.stage, returned.stage],
    refusals: [...ingestion.refusals, ...settled.settlement.refusals, ...returned.settlement.refusals],
  };
}

async function timed<Result>(work: () => Promise<Result>): Promise<[Result, number]> {
  const started = performance.now();
  const result = await work();
  return [result, (performance.now() - started) / 1_000];
}
