import type {
  WalletBucket,
  WalletEntryType,
  WalletSourceType,
} from '../../../core/database/schema.generated.ts';

/** Ids from `from` on and below `to`; undefined: to the end. */
export type IdRange = { readonly from: string; readonly to: string | undefined };

/** Money as PostgreSQL prints it, such as `5.0000`: an altered row may hold what `core/money` refuses to read. */
export type Numeric = string;

/** One difference between two things that must agree. */
export type Fault = {
  readonly currency: string;
  /** The wallet whose row or entry is at fault, if it is one. */
  readonly walletId: string | null;
  readonly sentence: string;
};

/** Of one currency. Amounts are in ten-thousandths, which is all that a row can hold. */
export type LedgerTotals = {
  readonly currency: string;
  readonly wallets: number;
  readonly entries: number;
  readonly pending: bigint;
  readonly available: bigint;
  readonly paid: bigint;
  /** By the journal, what left the platform: equal to what users hold. */
  readonly fromPlatform: bigint;
  readonly faults: number;
};

export type LedgerReport = {
  readonly verdict: 'right' | 'wrong' | 'empty';
  readonly currencies: readonly LedgerTotals[];
  /** The first of them. */
  readonly faults: readonly Fault[];
  readonly faultCount: number;
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

/** A wallet beside the last entry of its journal. */
export type WrongWallet = {
  readonly walletId: string;
  /** Null: the journal's wallet is missing. */
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

/** What an entry says, or what a source demands of one. */
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
  /** Null: no source demands this entry. */
  readonly demanded: EntryFacts | null;
  /** Null: the journal has no such entry. */
  readonly entry: (EntryFacts & { readonly walletId: string; readonly sequence: bigint }) | null;
  /** Null: the source is missing. */
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
  /** Null: the purchase is missing. */
  readonly demanded: RewardFacts | null;
  /** Null: the reward is missing. */
  readonly reward: RewardFacts | null;
};

/** What an audit record says of money; null where this kind of record says nothing. */
export type RecordFacts = {
  readonly user: string | null;
  readonly amount: Numeric | null;
  readonly cashbackAmount: Numeric | null;
  readonly currency: string | null;
  readonly direction: string | null;
  readonly admin: string | null;
};

export type RecordMismatch = {
  readonly sourceType: SourceType;
  readonly sourceId: string;
  readonly action: string;
  /** Null: nothing demands this record. */
  readonly demanded: RecordFacts | null;
  /** Null: the audit log has no such record. */
  readonly record: (RecordFacts & { readonly id: string }) | null;
};
