import type { Database, Db } from '../../../core/database/index.ts';
import type { Fault, LedgerReport, LedgerTotals, WalletTotals } from './model.ts';
import { type ProofRepository, proofRepository } from './repository.ts';
import {
  brokenSeal,
  entryMismatch,
  missingSeal,
  recordMismatch,
  releaseMismatch,
  rewardMismatch,
  wrongCap,
  wrongDay,
  wrongEntry,
  wrongRevision,
  wrongRevisionCount,
  wrongState,
  wrongWallet,
  wrongWitness,
} from './sentences.ts';

const MAX_FAULTS_SHOWN = 50;

/** Approximate number of rows per query, which then needs tens of megabytes and less than a second. */
const ROWS_PER_RANGE = 50_000;

/**
 * Proves the books. Each wallet must equal its replayed journal, each entry must match its source, each reward must match
 * its purchase and offer, what counts in a day under a ceiling must have become available then, and the audit log must
 * record each of these steps. Missing rows on either side are faults. The
 * seals prove that the audit log is complete. With `anchor`, a copy of a seal from elsewhere, they are proven too.
 * Reads one snapshot in ranges, so that it can run while the platform works.
 */
export function verifyLedger(
  { snapshot }: Pick<Database, 'snapshot'>,
  options: { readonly anchor?: Anchor | undefined; readonly signal?: AbortSignal } = {},
): Promise<LedgerReport> {
  return snapshot((db) => proveBooks(db, options));
}

/** The number of a seal and its digest, from the log of the platform or an earlier proof. */
export type Anchor = { readonly number: bigint; readonly digest: string };

/** Proves the books as the given transaction sees them. */
export async function proveBooks(
  snapshot: Db,
  options: {
    readonly rowsPerRange?: number;
    readonly repository?: ProofRepository;
    readonly anchor?: Anchor | undefined;
    /** Ends the proof between two ranges. */
    readonly signal?: AbortSignal;
  } = {},
): Promise<LedgerReport> {
  const { rowsPerRange = ROWS_PER_RANGE, repository = proofRepository(), anchor, signal } = options;
  const totals = totalsByCurrency();
  const shown: Fault[] = [];
  function report(faults: readonly Fault[]): void {
    for (const { currency } of faults) totals.addFault(currency);
    shown.push(...faults.slice(0, MAX_FAULTS_SHOWN - shown.length));
  }

  for await (const range of repository.rangesOfWallets(snapshot, rowsPerRange)) {
    signal?.throwIfAborted();
    const replayed = await repository.replayWallets(snapshot, range);
    totals.add(replayed);
    if (replayed.some(({ wrongWallets }) => wrongWallets > 0)) {
      report((await repository.findWrongWallets(snapshot, range)).map(wrongWallet));
    }
    if (replayed.some(({ wrongEntries }) => wrongEntries > 0)) {
      report((await repository.findWrongEntries(snapshot, range)).map(wrongEntry));
    }
  }
  for await (const range of repository.rangesOfSources(snapshot, rowsPerRange)) {
    signal?.throwIfAborted();
    report((await repository.findEntryMismatches(snapshot, range)).map(entryMismatch));
    report((await repository.findRewardMismatches(snapshot, range)).map(rewardMismatch));
    report((await repository.findRevisionMismatches(snapshot, range)).map(wrongRevision));
    report((await repository.findRevisionCountMismatches(snapshot, range)).map(wrongRevisionCount));
    report((await repository.findWitnessMismatches(snapshot, range)).map(wrongWitness));
    report((await repository.findStateMismatches(snapshot, range)).map(wrongState));
    report((await repository.findReleaseMismatches(snapshot, range)).map(releaseMismatch));
    report((await repository.findRecordMismatches(snapshot, range)).map(recordMismatch));
  }
  report((await repository.findWrongDays(snapshot)).map(wrongDay));
  report((await repository.findAdjustmentRecordMismatches(snapshot)).map(recordMismatch));
  report((await repository.findCapMismatches(snapshot)).map(wrongCap));

  for (let after = 0n; ; ) {
    signal?.throwIfAborted();
    const last = await repository.lastSealOfRange(snapshot, after, rowsPerRange);
    if (last === undefined) break;
    report((await repository.findSealMismatches(snapshot, after, last)).map(brokenSeal));
    after = last;
  }
  if (anchor !== undefined && (await repository.findSeal(snapshot, anchor.number)) !== anchor.digest)
    report([missingSeal(`${anchor.number}:${anchor.digest}`)]);

  const currencies = totals.all();
  const faultCount = currencies.reduce((sum, { faults }) => sum + faults, 0);
  const isEmpty = currencies.every(({ wallets }) => wallets === 0);
  const verdict = faultCount > 0 ? 'wrong' : isEmpty ? 'empty' : 'right';
  const sealed = await repository.summariseSeals(snapshot);
  return { verdict, currencies, faults: shown, faultCount, sealed };
}

function totalsByCurrency() {
  const byCurrency = new Map<string, LedgerTotals>();

  function of(currency: string): LedgerTotals {
    return byCurrency.get(currency) ?? { currency, ...NOTHING };
  }

  function add(parts: readonly WalletTotals[]): void {
    for (const part of parts) {
      const sum = of(part.currency);
      byCurrency.set(part.currency, {
        currency: part.currency,
        wallets: sum.wallets + part.wallets,
        entries: sum.entries + part.entries,
        pending: sum.pending + part.pending,
        available: sum.available + part.available,
        paid: sum.paid + part.paid,
        fromPlatform: sum.fromPlatform + part.fromPlatform,
        faults: sum.faults,
      });
    }
  }

  function addFault(currency: string): void {
    const sum = of(currency);
    byCurrency.set(currency, { ...sum, faults: sum.faults + 1 });
  }

  const all = () =>
    [...byCurrency.values()].toSorted((one, other) => (one.currency < other.currency ? -1 : 1));

  return { add, addFault, all };
}

const NOTHING = { wallets: 0, entries: 0, pending: 0n, available: 0n, paid: 0n, fromPlatform: 0n, faults: 0 };
