import type {
  WalletBucket,
  WalletEntryType,
  WalletSourceType,
} from '../../../core/database/schema.generated.ts';

/** The ids from `from` (inclusive) to `to` (exclusive). `to` is undefined in the last range. */
export type IdRange = { readonly from: string; readonly to: string | undefined };

/** Money as PostgreSQL prints it, such as `5.0000`. An altered row may have a value that `core/money` refuses to parse. */
export type Numeric = string;

/** One difference between two records that must agree. */
export type Fault = {
  readonly currency: string;
  /** The wallet, if its row or one of its entries is wrong. */
  readonly walletId: string | null;
  readonly sentence: string;
};

/** The totals of one currency. Amounts are in ten-thousandths, the precision of the column. */
export type LedgerTotals = {
  readonly currency: string;
  readonly wallets: number;
  readonly entries: number;
  readonly pending: bigint;
  readonly available: bigint;
  readonly paid: bigint;
  /** What left the bucket `platform`, by the journal. Equal to the sum of the users' balances. */
  readonly fromPlatform: bigint;
  readonly faults: number;
};

export type LedgerReport = {
  readonly verdict: 'right' | 'wrong' | 'empty';
  readonly currencies: readonly LedgerTotals[];
  /** The first faults only. `faultCount` counts all of them. */
  readonly faults: readonly Fault[];
  readonly faultCount: number;
  readonly sealed: SealedLog;
};

export type WalletTotals = Omit<LedgerTotals, 'faults'> & {
  readonly wrongWallets: number;
  readonly wrongEntries: number;
};

export type StatedBalances = {
  readonly pending: Numeric;
  readonly available: Numeric;
  readonly paid: Numeric;
};

/** A wallet whose balances differ from the last entry of its journal. */
export type WrongWallet = {
  readonly walletId: string;
  /** Null if the wallet of the journal is missing. */
  readonly currency: string | null;
  readonly stored: (StatedBalances & { readonly lastSequence: bigint }) | null;
  readonly journal: StatedBalances & { readonly lastSequence: bigint };
};

/** An entry that does not continue the previous one. */
export type WrongEntry = {
  readonly walletId: string;
  readonly currency: string | null;
  readonly sequence: bigint;
  readonly previousSequence: bigint;
  readonly stated: StatedBalances;
  readonly replayed: StatedBalances;
};

export type SourceType = WalletSourceType;

/** The facts of an entry, either as stored or as its source requires them. */
export type EntryFacts = {
  readonly sourceType: SourceType;
  readonly user: string | null;
  readonly currency: string | null;
  readonly amount: Numeric;
  readonly from: WalletBucket;
  readonly to: WalletBucket;
};

export type EntryMismatch = {
  readonly sourceId: string;
  readonly entryType: WalletEntryType;
  /** Null if no source requires this entry. */
  readonly demanded: EntryFacts | null;
  /** Null if the journal has no such entry. */
  readonly entry: (EntryFacts & { readonly walletId: string; readonly sequence: bigint }) | null;
  /** Null if the source is missing. */
  readonly sourceStatus: string | null;
};

export type RewardFacts = {
  readonly user: string;
  readonly offer: string;
  readonly currency: string;
  readonly status: string;
  readonly terms: string | null;
  readonly uncappedAmount: Numeric | null;
  readonly amount: Numeric | null;
};

export type RewardMismatch = {
  readonly purchaseId: string;
  /** Null if the purchase is missing. */
  readonly demanded: RewardFacts | null;
  /** Null if the reward is missing. */
  readonly reward: RewardFacts | null;
};

/** The facts about money in an audit record. A field is null if this kind of record does not have it. */
export type RecordFacts = {
  readonly user: string | null;
  readonly amount: Numeric | null;
  readonly cashbackAmount: Numeric | null;
  readonly currency: string | null;
  readonly direction: string | null;
  readonly admin: string | null;
  /** Of a reversal. */
  readonly reason: string | null;
  /** The queue in which a confirmation left the reward. */
  readonly releaseQueue: string | null;
};

export type RecordMismatch = {
  readonly sourceType: SourceType;
  readonly sourceId: string;
  readonly action: string;
  /** Null if nothing requires this record. */
  readonly demanded: RecordFacts | null;
  /** Null if the audit log has no such record. */
  readonly record: (RecordFacts & { readonly id: string }) | null;
};

export type RevisionFacts = {
  readonly seq: number;
  readonly rewardBefore: Numeric | null;
  readonly uncappedAmount: Numeric | null;
  readonly reward: Numeric | null;
  /** `pending to available` */
  readonly way: string | null;
};

export type RevisionMismatch = {
  readonly purchaseId: string;
  readonly currency: string;
  readonly stated: RevisionFacts;
  readonly demanded: RevisionFacts;
};

export type RevisionCountMismatch = {
  readonly purchaseId: string;
  readonly currency: string;
  /** What the purchase says. */
  readonly stated: number;
  /** The number of its latest revision; 0 for none. */
  readonly latest: number;
};

/** A purchase, payout or decision about an adjustment that contradicts itself. */
export type StateMismatch = {
  readonly sourceType: SourceType;
  readonly sourceId: string;
  readonly currency: string;
  readonly status: string;
  readonly problem:
    | 'names a reversal'
    | 'names a release queue'
    | 'was released out of no queue'
    | 'was released before it was confirmed'
    | 'is held without an open hold'
    | 'is not held by its open hold'
    | 'names who processed it'
    | 'names who completed it'
    | 'is a decision that no adjustment needs';
};

/** What a user has used of a cap in a month, which is not what their rewards use. */
export type CapMismatch = {
  readonly user: string;
  readonly offer: string;
  readonly month: string;
  readonly currency: string;
  /** Null if there is no such usage. */
  readonly stated: { readonly used: Numeric; readonly cap: Numeric } | null;
  /** Null if no reward counts against the cap. */
  readonly demanded: { readonly used: Numeric; readonly cap: Numeric } | null;
};

/** A seal of the audit log that is not what the records and the previous seal give. */
export type SealMismatch = {
  readonly number: bigint;
  readonly problem: 'out of order' | 'of the future' | 'other number of records' | 'other records';
  readonly stated: bigint;
  readonly found: bigint;
};

/** What the seals cover, to compare with a copy of a digest that is kept elsewhere. */
export type SealedLog = {
  readonly seals: number;
  readonly records: number;
  readonly unsealed: number;
  readonly last: { readonly number: bigint; readonly digest: string; readonly sealedAt: string } | null;
};

/** The facts of what counts in a day under a ceiling. */
export type ReleaseFacts = {
  readonly purchase: string;
  /** Null in a demand if the partner is no source of the purchase. */
  readonly namespace: string | null;
  readonly currency: string;
  readonly day: string;
  readonly amount: Numeric;
};

/** What was counted, and what became available. */
export type ReleaseMismatch = {
  readonly sourceId: string;
  readonly counted: ReleaseFacts;
  /** Null if nothing became available from this source. */
  readonly released: ReleaseFacts | null;
};

/** A day whose sum is not that of its entries. */
export type WrongDay = {
  readonly namespace: string;
  readonly currency: string;
  readonly day: string;
  /** Null if the row is missing. */
  readonly stated: Numeric | null;
  readonly counted: Numeric;
};

export type WitnessMismatch = {
  readonly purchaseId: string;
  readonly currency: string;
  readonly problem:
    | 'witness without revision'
    | 'revision without witness'
    | 'amount of no source'
    | 'duplicate of nothing';
};
