/** What passes and what does not, each in order. */
export function partition<T>(list: readonly T[], passes: (element: T) => boolean): [T[], T[]] {
  const passing: T[] = [];
  const others: T[] = [];
  for (const element of list) (passes(element) ? passing : others).push(element);
  return [passing, others];
}

/** Each value once. */
export function distinct<T extends string>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** The last value of each key, where the first one stood. */
export function distinctBy<T>(values: readonly T[], keyOf: (value: T) => string): T[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}

/** An element that is there by construction: lists that answer for each other have one length. */
export function at<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new RangeError(`a list of ${list.length} has no element ${index}`);
  return element;
}
