/**
 * The event types that patterns mean: exact types stand for themselves, `*` and `purchase.*` for the types of the feed.
 */
export function typesOf(patterns: readonly string[], ofFeed: readonly string[]): readonly string[] {
  const named = patterns.flatMap((pattern) => {
    if (!pattern.endsWith('*')) return [pattern];
    return ofFeed.filter((type) => type.startsWith(pattern.slice(0, -1)));
  });
  return [...new Set(named)];
}

/** Those of the patterns that mean no type of the feed. */
export function unknownTypes(patterns: readonly string[], ofFeed: readonly string[]): readonly string[] {
  return patterns.filter((pattern) => !typesOf([pattern], ofFeed).some((type) => ofFeed.includes(type)));
}
