import type { EventSource } from './model.ts';

/**
 * The event types that patterns mean: exact types stand for themselves, `*` and `purchase.*` for the types of the feed.
 */
export function typesOf(patterns: readonly string[], sources: readonly EventSource[]): readonly string[] {
  const ofFeed = sources.flatMap(({ types }) => types);
  const named = patterns.flatMap((pattern) => {
    if (!pattern.endsWith('*')) return [pattern];
    return ofFeed.filter((type) => type.startsWith(pattern.slice(0, -1)));
  });
  return [...new Set(named)];
}
