import { hashOfPair } from '../../../core/text-hash.ts';
import type { UserDay } from './policies.ts';

/** Counts how often users came on a day, and forgets those who did not come lately. */
export type Tally = {
  /** Counts the user of that day once more, and tells how often they came. */
  readonly add: (userDay: UserDay) => number;
  /** From now on they came so often, at least once; `Infinity` stays. */
  readonly set: (userDay: UserDay, count: number) => void;
};

/**
 * Remembers at least the latest `size` different users of a day, and at most twice as many: who comes moves to the
 * recent ones, and when those are so many the older ones are let go of as a whole.
 */
export function tally(size: number): Tally {
  let recent = countTable(size);
  let older = countTable(size);

  function add(userDay: UserDay): number {
    const name = nameOf(userDay);
    const count = (recent.get(name) || older.get(name)) + 1;
    put(name, count);
    return count;
  }

  function put(name: Name, count: number): void {
    if (recent.set(name, count)) return;
    [recent, older] = [older, recent];
    recent.clear();
    recent.set(name, count);
  }

  return { add, set: (userDay, count) => put(nameOf(userDay), count) };
}

/** 64 bits that stand for a user and a day: of a hundred thousand, two share one with a chance of one in a billion. */
type Name = { readonly high: number; readonly low: number };

function nameOf({ userId, day }: UserDay): Name {
  return { high: hashOfPair(day, userId), low: hashOfPair(userId, day) };
}

/** As a count: endlessly many. */
const ENDLESS = 2 ** 32 - 1;

/**
 * Counts of at most `size` names, in arrays of numbers: an entry of a `Map` takes three times as much, and each time
 * that one grows it leaves its former table to the garbage of the old generation.
 */
function countTable(size: number) {
  // At most half of the slots are taken, so that a free one is near.
  const slots = 2 ** Math.ceil(Math.log2(2 * size));
  const names = new Int32Array(2 * slots);
  const counts = new Uint32Array(slots);
  let taken = 0;

  /** Where the name is, or the free slot where it would be. */
  function slotOf({ high, low }: Name): number {
    let slot = low & (slots - 1);
    while (counts[slot] !== 0 && (names[2 * slot] !== high || names[2 * slot + 1] !== low)) {
      slot = (slot + 1) & (slots - 1);
    }
    return slot;
  }

  /** 0 for a name that is not there. */
  function get(name: Name): number {
    const count = counts[slotOf(name)] as number;
    return count === ENDLESS ? Number.POSITIVE_INFINITY : count;
  }

  /** False, and nothing changes, when the name is new and the table full. */
  function set(name: Name, count: number): boolean {
    const slot = slotOf(name);
    if (counts[slot] === 0) {
      if (taken === size) return false;
      taken += 1;
      names[2 * slot] = name.high;
      names[2 * slot + 1] = name.low;
    }
    counts[slot] = Math.min(count, ENDLESS);
    return true;
  }

  function clear(): void {
    counts.fill(0);
    taken = 0;
  }

  return { get, set, clear };
}
