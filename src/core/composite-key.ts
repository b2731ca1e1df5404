/** Several values as one key of a `Map` or `Set`. JSON guarantees that different lists of values have different keys. */
export function compositeKey(...values: readonly (string | number | null)[]): string {
  return JSON.stringify(values);
}
