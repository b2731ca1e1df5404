/** One row of the table in docs/reliability.md: a way to torture the platform, and its goals. */
export type Area = {
  readonly name: string;
  readonly title: string;
  readonly run: (context: AreaContext) => Promise<AreaResult>;
};

export type AreaContext = {
  /** Multiplies the counts of an area: 1 is the full run. */
  readonly scale: number;
  readonly seed: number;
  /** Returns numbers from 0 (inclusive) to 1 (exclusive), the same sequence for the same seed. */
  readonly random: () => number;
  /** A scratch directory for this area. It is removed afterwards; its logs are kept if the area fails. */
  readonly directory: string;
  /** Reports progress. */
  readonly say: (text: string) => void;
};

export type AreaResult = {
  readonly figures: readonly Figure[];
  /** One sentence for each broken invariant. Any violation fails the run, even if all goals are met. */
  readonly violations: readonly string[];
  /** The reason why the area could not run here. It then shows nothing. */
  readonly skipped?: string;
};

export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit?: string;
  readonly goal?: Goal;
};

export type Goal = { readonly atMost?: number; readonly atLeast?: number; readonly exactly?: number };

/** Returns `full × scale`, but at least the minimum that still proves something. */
export function scaled({ scale }: Pick<AreaContext, 'scale'>, full: number, floor: number): number {
  return Math.max(Math.min(floor, full), Math.round(full * scale));
}

export function isMet({ value, goal }: Figure): boolean {
  if (goal === undefined) return true;
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY, exactly = value } = goal;
  return value <= atMost && value >= atLeast && value === exactly;
}
