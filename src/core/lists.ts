/** Splits a list into the elements that pass and the others, each in order. */
export function partition<T>(list: readonly T[], passes: (element: T) => boolean): [T[], T[]] {
  const passing: T[] = [];
  const others: T[] = [];
  for (const element of list) (passes(element) ? passing : others).push(element);
  return [passing, others];
}

/** Removes duplicates. */
export function distinct<T extends string>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** Keeps one value per key: the last one, at the position of the first one. */
export function distinctBy<T>(values: readonly T[], keyOf: (value: T) => string): T[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}

/** Returns an element that must exist, as in parallel lists of equal length. @throws RangeError otherwise. */
export function at<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new RangeError(`a list of ${list.length} has no element ${index}`);
  return element;
}

export function byId<T extends { readonly id: string }>(list: readonly T[]): ReadonlyMap<string, T> {
  return new Map(list.map((element) => [element.id, element]));
}
