import { compositeKey } from '../../../core/composite-key.ts';
import { foldName } from '../../../core/fold-name.ts';
import { normalizeIdentifier } from '../../../core/identifier.ts';
import { distinct } from '../../../core/lists.ts';
import { orderKeyOf } from '../../earning/purchases/index.ts';
import { type Hit, KINDS, type Terms } from './model.ts';

/*
 * What a search looks up, and in which order it answers. Pure.
 */

/** A shorter beginning of an id says no more than the month in which it was made. */
const LEAST_DIGITS_OF_ID = 8;

export function termsOf(query: string): Terms {
  const text = query.trim();
  return {
    text,
    ids: idsFrom(text.toLowerCase()),
    // Older ids were recorded as they were sent.
    externalIds: distinct([text, normalizeIdentifier(text)]).filter((id) => id !== ''),
    orderKey: orderKeyOf(text) || undefined,
    name: foldName(text),
    email: text.toLowerCase(),
  };
}

const SHAPE_OF_ID = '00000000-0000-0000-0000-000000000000';

function idsFrom(text: string): Terms['ids'] {
  const isBeginning =
    text.length >= LEAST_DIGITS_OF_ID &&
    text.length <= SHAPE_OF_ID.length &&
    [...text].every((character, at) =>
      SHAPE_OF_ID[at] === '-' ? character === '-' : /[0-9a-f]/.test(character),
    );
  if (!isBeginning) return undefined;
  const rest = SHAPE_OF_ID.slice(text.length);
  return { from: text + rest, to: text + rest.replaceAll('0', 'f') };
}

const MATCHES: readonly Hit['match'][] = ['whole', 'beginning', 'part'];

/** Whole fields first, then beginnings. Of equal ones in the order of the kinds, the newest first. Each object once. */
export function bestOf(hits: readonly Hit[], limit: number): readonly Hit[] {
  const best = new Map<string, Hit>();
  for (const hit of hits.toSorted(inOrder)) {
    const key = compositeKey(hit.kind, hit.id);
    if (!best.has(key)) best.set(key, hit);
  }
  return [...best.values()].slice(0, limit);
}

function inOrder(one: Hit, other: Hit): number {
  return (
    MATCHES.indexOf(one.match) - MATCHES.indexOf(other.match) ||
    KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind) ||
    (one.id > other.id ? -1 : 1)
  );
}
