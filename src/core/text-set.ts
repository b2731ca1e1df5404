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

/** FNV-1a of its code units, 32 bits: equal texts have one hash, others hardly ever. */
export function hashOf(text: string): number {
  return hashOn(FNV_OFFSET, text);
}

/** That of one text with the other behind it. */
export function hashOfPair(one: string, other: string): number {
  return hashOn(hashOf(one), other);
}

const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

function hashOn(before: number, text: string): number {
  let hash = before;
  for (let position = 0; position < text.length; position += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(position), FNV_PRIME);
  }
  return hash;
}
