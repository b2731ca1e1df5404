import { type UserDay, userDayMap } from './policies.ts';

/** Counts how often users came on a day, and forgets those who did not come lately. */
export type Tally = {
  /** Counts the user of that day once more, and tells how often they came. */
  readonly add: (userDay: UserDay) => number;
  /** From now on they came so often. */
  readonly set: (userDay: UserDay, count: number) => void;
};

/**
 * Remembers at least the latest `size` different users of a day, and at most twice as many: who comes moves to the
 * recent ones, and when those are so many the older ones are let go of as a whole.
 */
export function tally(size: number): Tally {
  let recent = userDayMap<number>();
  let older = userDayMap<number>();
  let recentOnes = 0;

  function add(userDay: UserDay): number {
    const count = (recent.get(userDay) ?? older.get(userDay) ?? 0) + 1;
    set(userDay, count);
    return count;
  }

  function set(userDay: UserDay, count: number): void {
    if (recent.get(userDay) === undefined) {
      if (recentOnes === size) {
        older = recent;
        recent = userDayMap();
        recentOnes = 0;
      }
      recentOnes += 1;
    }
    recent.set(userDay, count);
  }

  return { add, set };
}
