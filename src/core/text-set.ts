import { hashOf } from './text-hash.ts';

/** Texts that have come. */
export type TextSet = {
  readonly has: (text: string) => boolean;
  readonly add: (text: string) => void;
};

/**
 * For texts that come once, such as ids of others. A `Set` would have V8 intern each of them before it looks for it: a
 * third of a microsecond, and garbage of the old generation.
 */
export function textSet(texts: Iterable<string> = []): TextSet {
  const byHash = new Map<number, string[]>();

  function has(text: string): boolean {
    return byHash.get(hashOf(text))?.includes(text) ?? false;
  }

  function add(text: string): void {
    if (has(text)) return;
    const hash = hashOf(text);
    const others = byHash.get(hash);
    if (others === undefined) byHash.set(hash, [text]);
    else others.push(text);
  }

  for (const text of texts) add(text);
  return { has, add };
}
