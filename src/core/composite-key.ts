/** Several values as the key of a `Map` or `Set`. As JSON, different lists of values never give the same key. */
export function compositeKey(...values: readonly (string | number | null)[]): string {
  return JSON.stringify(values);
}
