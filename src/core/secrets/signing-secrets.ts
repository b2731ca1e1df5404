/** Both secrets are encrypted. `previous` is valid until `previousUntil`. */
export type SigningSecrets = {
  readonly current: string | null;
  readonly previous: string | null;
  readonly previousUntil: Temporal.Instant | null;
};

/** Replaces the current secret by its successor. The current secret stays valid for the overlap. */
export function rotate(
  { current }: SigningSecrets,
  successor: string,
  overlapSeconds: number,
  now: Temporal.Instant,
): SigningSecrets {
  const overlaps = current !== null && overlapSeconds > 0;
  return {
    current: successor,
    previous: overlaps ? current : null,
    previousUntil: overlaps ? now.add({ seconds: overlapSeconds }) : null,
  };
}

/** The secrets, still encrypted, that are valid now. */
export function validSecrets(
  { current, previous, previousUntil }: SigningSecrets,
  now: Temporal.Instant,
): string[] {
  const overlaps = previousUntil !== null && Temporal.Instant.compare(now, previousUntil) < 0;
  return [current, overlaps ? previous : null].filter((secret) => secret !== null);
}
