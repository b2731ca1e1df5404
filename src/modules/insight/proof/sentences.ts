import { isCurrency, minorDigits } from '../../../core/money.ts';
import type {
  CapMismatch,
  EntryMismatch,
  Fault,
  Numeric,
  RecordMismatch,
  ReleaseMismatch,
  RevisionCountMismatch,
  RevisionMismatch,
  RewardMismatch,
  SealMismatch,
  StatedBalances,
  StateMismatch,
  WitnessMismatch,
  WrongDay,
  WrongEntry,
  WrongWallet,
} from './model.ts';

/* Describes each fault in one sentence that names the row and both values. */

export function wrongWallet({ walletId, currency, stored, journal }: WrongWallet): Fault {
  const ofJournal = `${balances(journal, currency)} after entry ${journal.lastSequence}`;
  return {
    currency: currency ?? UNKNOWN,
    walletId,
    sentence:
      stored === null
        ? `Wallet ${walletId} is missing, and its journal states ${ofJournal}.`
        : `Wallet ${walletId} has ${balances(stored, currency)} after entry ${stored.lastSequence}, but its journal states ${ofJournal}.`,
  };
}

export function wrongEntry(entry: WrongEntry): Fault {
  const { walletId, currency, sequence, previousSequence, stated, replayed } = entry;
  const name = `Entry ${sequence} of wallet ${walletId}`;
  return {
    currency: currency ?? UNKNOWN,
    walletId,
    sentence:
      sequence === previousSequence + 1n
        ? `${name} states ${balances(stated, currency)}, but the entries up to it make ${balances(replayed, currency)}.`
        : `${name} follows entry ${previousSequence}, but must have the number ${previousSequence + 1n}.`,
  };
}

export function entryMismatch(mismatch: EntryMismatch): Fault {
  const { sourceId, entryType, sourceStatus, demanded, entry } = mismatch;
  const sourceType = demanded?.sourceType ?? entry?.sourceType;
  const source = `${sourceType} ${sourceId}`;
  const currency = entry?.currency ?? demanded?.currency ?? UNKNOWN;
  const walletId = entry?.walletId ?? null;
  if (entry === null) {
    const amount = money(demanded?.amount, currency);
    return {
      currency,
      walletId,
      sentence: `The journal has no ${entryType} of ${amount} for ${source}, which is ${sourceStatus}.`,
    };
  }
  const name = `Entry ${entry.sequence} of wallet ${entry.walletId}, ${entryType} of ${money(entry.amount, currency)},`;
  if (demanded === null) {
    return {
      currency,
      walletId,
      sentence:
        sourceStatus === null
          ? `${name} names ${source}, which is missing.`
          : `${name} has no reason: ${source} is ${sourceStatus} and demands none.`,
    };
  }
  const differences = differencesOf([
    ['source type', entry.sourceType, demanded.sourceType],
    ['user', entry.user, demanded.user],
    ['currency', entry.currency, demanded.currency],
    ['amount', money(entry.amount, currency), money(demanded.amount, currency)],
    ['way', `${entry.from} to ${entry.to}`, `${demanded.from} to ${demanded.to}`],
  ]);
  return { currency, walletId, sentence: `${name} disagrees with ${source}: ${differences}.` };
}

export function rewardMismatch({ purchaseId, demanded, reward }: RewardMismatch): Fault {
  const currency = demanded?.currency ?? reward?.currency ?? UNKNOWN;
  if (reward === null) return { currency, walletId: null, sentence: `Purchase ${purchaseId} has no reward.` };
  if (demanded === null) {
    return {
      currency,
      walletId: null,
      sentence: `The reward of ${money(reward.amount, currency)} names purchase ${purchaseId}, which is missing.`,
    };
  }
  const differences = differencesOf([
    ['user', reward.user, demanded.user],
    ['offer', reward.offer, demanded.offer],
    ['currency', reward.currency, demanded.currency],
    ['status', reward.status, demanded.status],
    ['terms', reward.terms, demanded.terms],
    [
      'amount before the cap',
      money(reward.uncappedAmount, currency),
      money(demanded.uncappedAmount, currency),
    ],
    ['amount', money(reward.amount, currency), money(demanded.amount, currency)],
  ]);
  return {
    currency,
    walletId: null,
    sentence: `The reward of purchase ${purchaseId} disagrees with the purchase and its offer: ${differences}.`,
  };
}

export function wrongRevision({ purchaseId, currency, stated, demanded }: RevisionMismatch): Fault {
  const differences = differencesOf([
    ['number', String(stated.seq), String(demanded.seq)],
    ['reward before', money(stated.rewardBefore, currency), money(demanded.rewardBefore, currency)],
    [
      'amount before the cap',
      money(stated.uncappedAmount, currency),
      money(demanded.uncappedAmount, currency),
    ],
    ['reward', money(stated.reward, currency), money(demanded.reward, currency)],
    ['way', stated.way, demanded.way],
  ]);
  return {
    currency,
    walletId: null,
    sentence: `Revision ${stated.seq} of purchase ${purchaseId} disagrees with what precedes it: ${differences}.`,
  };
}

export function wrongRevisionCount({ purchaseId, currency, stated, latest }: RevisionCountMismatch): Fault {
  return {
    currency,
    walletId: null,
    sentence: `Purchase ${purchaseId} is at revision ${stated}, but its latest one is ${latest}.`,
  };
}

const WITNESS_PROBLEMS = {
  'witness without revision': 'has a witness without a revision',
  'revision without witness': 'was matched by a revision without a witness',
  'amount of no source': 'was matched with an amount that no source reported',
  'duplicate of nothing': 'was reversed as a duplicate, but is no witness of another one',
} as const;

export function wrongWitness({ purchaseId, currency, problem }: WitnessMismatch): Fault {
  return { currency, walletId: null, sentence: `Purchase ${purchaseId} ${WITNESS_PROBLEMS[problem]}.` };
}

export function wrongState({ sourceType, sourceId, currency, status, problem }: StateMismatch): Fault {
  const sentence = `The ${sourceType} ${sourceId} is ${status}, but ${problem}.`;
  return { currency, walletId: null, sentence };
}

export function wrongCap({ user, offer, month, currency, stated, demanded }: CapMismatch): Fault {
  const text = (side: CapMismatch['stated']) =>
    side === null ? 'nothing' : `${money(side.used, currency)} of ${money(side.cap, currency)}`;
  return {
    currency,
    walletId: null,
    sentence: `User ${user} has used ${text(stated)} under the cap of offer ${offer} in ${month.slice(0, 7)}, but the rewards use ${text(demanded)}.`,
  };
}

export function brokenSeal({ number, problem, stated, found }: SealMismatch): Fault {
  const name = `Seal ${number} of the audit log`;
  const sentences = {
    'out of order': `${name} does not follow the previous one.`,
    'of the future': `${name} covers records that were not there yet.`,
    'other number of records': `${name} covers ${stated} records, of which the audit log has ${found}.`,
    'other records': `${name} does not fit its records: one of them or an earlier seal was altered.`,
  };
  return { currency: UNKNOWN, walletId: null, sentence: sentences[problem] };
}

export function missingSeal(anchor: string): Fault {
  return {
    currency: UNKNOWN,
    walletId: null,
    sentence: `The audit log has no seal ${anchor}: seals were removed or made again.`,
  };
}

export function releaseMismatch({ sourceId, counted, released }: ReleaseMismatch): Fault {
  const { currency } = counted;
  const name = `The release of ${money(counted.amount, currency)} from source ${sourceId}, counted on ${counted.day},`;
  if (released === null)
    return { currency, walletId: null, sentence: `${name} counts what never became available.` };
  const differences = differencesOf([
    ['purchase', counted.purchase, released.purchase],
    ['namespace', counted.namespace, released.namespace],
    ['currency', counted.currency, released.currency],
    ['day', counted.day, released.day],
    ['amount', money(counted.amount, currency), money(released.amount, currency)],
  ]);
  return { currency, walletId: null, sentence: `${name} disagrees with its source: ${differences}.` };
}

export function wrongDay({ namespace, currency, day, stated, counted }: WrongDay): Fault {
  const sum = stated === null ? 'no sum of releases' : `${money(stated, currency)} released`;
  return {
    currency,
    walletId: null,
    sentence: `Namespace ${namespace} has ${sum} on ${day}, but its entries make ${money(counted, currency)}.`,
  };
}

export function recordMismatch({ sourceType, sourceId, action, demanded, record }: RecordMismatch): Fault {
  const currency = demanded?.currency ?? record?.currency ?? UNKNOWN;
  const source = `${sourceType} ${sourceId}`;
  if (record === null) {
    return { currency, walletId: null, sentence: `The audit log has no record ${action} of ${source}.` };
  }
  const name = `Audit record ${record.id}, ${action} of ${source},`;
  if (demanded === null) {
    return { currency, walletId: null, sentence: `${name} records what the ${sourceType} does not show.` };
  }
  const differences = differencesOf([
    ['user', record.user, demanded.user],
    ['currency', record.currency, demanded.currency],
    ['amount', money(record.amount, currency), money(demanded.amount, currency)],
    ['cashback', money(record.cashbackAmount, currency), money(demanded.cashbackAmount, currency)],
    ['direction', record.direction, demanded.direction],
    ['administrator', record.admin, demanded.admin],
    ['reason', record.reason, demanded.reason],
    ['release queue', record.releaseQueue, demanded.releaseQueue],
  ]);
  return { currency, walletId: null, sentence: `${name} disagrees with it: ${differences}.` };
}

const UNKNOWN = '?';

type Comparison = readonly [what: string, stated: string | null, demanded: string | null];

/** `amount 53.18 EUR instead of 3.18 EUR` */
function differencesOf(comparisons: readonly Comparison[]): string {
  return comparisons
    .filter(([, stated, demanded]) => stated !== demanded)
    .map(([what, stated, demanded]) => `${what} ${stated ?? 'unknown'} instead of ${demanded ?? 'unknown'}`)
    .join(', ');
}

function balances({ pending, available, paid }: StatedBalances, currency: string | null): string {
  const [first, second, third] = [pending, available, paid].map((amount) => plainAmount(amount, currency));
  return `${first} pending, ${second} available and ${third} paid ${currency ?? UNKNOWN}`;
}

function money(amount: Numeric | null | undefined, currency: string): string | null {
  return amount == null ? null : `${plainAmount(amount, currency)} ${currency}`;
}

/** `5.0000` → `5.00`. Digits beyond the currency's decimals are kept unless they are zero. */
function plainAmount(amount: Numeric, currency: string | null): string {
  const digits = currency !== null && isCurrency(currency) ? minorDigits(currency) : 2;
  const [integer = '', decimals = ''] = amount.split('.');
  const shown = decimals.replace(/0+$/, '').padEnd(digits, '0');
  return shown === '' ? integer : `${integer}.${shown}`;
}

/** `50000n` EUR → `5.00` */
export function totalAsText(tenThousandths: bigint, currency: string): string {
  const sign = tenThousandths < 0n ? '-' : '';
  const digits = (tenThousandths < 0n ? -tenThousandths : tenThousandths).toString().padStart(5, '0');
  return plainAmount(`${sign}${digits.slice(0, -4)}.${digits.slice(-4)}`, currency);
}
