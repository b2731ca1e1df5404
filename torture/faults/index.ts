/** A fault that a platform may have, planted by a patch, and the run that must see it. */
export type Fault = {
  readonly name: string;
  /** Beside this file. */
  readonly patch: string;
  readonly area: string;
  /** The words of the report for this fault, to exclude other faults. */
  readonly shows: RegExp;
};

export const FAULTS: readonly Fault[] = [
  {
    name: 'a commit is acknowledged early',
    patch: 'commit-acknowledged-early.patch',
    area: 'unknown-outcome',
    shows: /was acknowledged and is lost/,
  },
  {
    name: 'a key is ignored',
    patch: 'key-ignored.patch',
    area: 'unknown-outcome',
    shows: /payouts without a key of .* were made/,
  },
  {
    name: 'a lock is missing',
    patch: 'lock-missing.patch',
    area: 'unknown-outcome',
    shows: /missed: answers with 500/,
  },
  {
    name: 'cents are floats',
    patch: 'float-cents.patch',
    area: 'unknown-outcome',
    shows: /is recorded other than it was sent|is rewarded with/,
  },
  {
    name: 'commits are asynchronous',
    patch: 'asynchronous-commit.patch',
    area: 'crash',
    shows: /was acknowledged and is lost/,
  },
  {
    name: 'an unknown outcome is repeated',
    patch: 'unknown-outcome-repeated.patch',
    area: 'unknown-outcome',
    shows: /payouts without a key of .* were made/,
  },
  {
    name: 'an event is not recorded',
    patch: 'event-not-recorded.patch',
    area: 'unknown-outcome',
    shows: /a change has not one audit record/,
  },
  {
    name: 'a deadline is missing',
    patch: 'deadline-missing.patch',
    area: 'network',
    shows: /nothing was normal long after|missed: weather: normal after healing/,
  },
];
