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
