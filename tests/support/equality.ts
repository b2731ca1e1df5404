import assert from 'node:assert/strict';

/** `deepEqual` that compares instants too. To `assert.deepEqual` all instants are equal: they have no properties. */
export function assertEqual(actual: unknown, expected: unknown): void {
  assert.deepEqual(withTimesAsText(actual), withTimesAsText(expected));
}

function withTimesAsText(value: unknown): unknown {
  if (value instanceof Temporal.Instant) return `instant ${value}`;
  if (Array.isArray(value)) return value.map(withTimesAsText);
  if (value instanceof Map) return new Map([...value].map(([key, of]) => [key, withTimesAsText(of)]));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, withTimesAsText(of)]));
}
