import { randomUUIDv7 } from 'node:crypto';

/** A new UUID version 7: ordered by time, so that index inserts stay local and "newest first" is the key's order. */
export const newId: () => string = randomUUIDv7;

export function isId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
}
