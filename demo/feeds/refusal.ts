/** One fault of a line. A line with two faults has two refusals. */
export type Refusal = {
  readonly stage: string;
  /** The line number. Undefined for a customer that no line names. */
  readonly line: number | undefined;
  readonly column: string;
  readonly value: string;
  readonly code: string;
  /** The fault without the value, so that equal faults have equal reasons. */
  readonly reason: string;
};

const MAX_VALUE_LENGTH = 60;

/** `line 7, amount "ten": must be a plain decimal above zero.` */
export function refusalSentence({ line, column, value, reason }: Refusal): string {
  const place = line === undefined ? '' : `line ${line}, `;
  return `${place}${column} ${quoteValue(value)}: ${reason.replace(/\.$/, '')}.`;
}

/** Formats a value on one line without control characters, because these could change the terminal. */
export function quoteValue(value: string): string {
  return JSON.stringify(
    value.length > MAX_VALUE_LENGTH ? `${value.slice(0, MAX_VALUE_LENGTH)}…` : value,
  ).replace(/[\u007f-\u009f]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}

export function byLine(one: Refusal, other: Refusal): number {
  return (one.line ?? 0) - (other.line ?? 0);
}

/** The number of refused lines. A fault without a line counts as one line. */
export function countRefused(refusals: readonly Refusal[]): number {
  return new Set(refusals.map(({ line, value }) => line ?? value)).size;
}

/** Counts each reason, most frequent first. Only a validation error has several reasons: other texts name single cases. */
export function countReasons(refusals: readonly Refusal[]) {
  const counts = new Map<string, { column: string; reason: string; count: number }>();
  for (const { column, code, reason } of refusals) {
    const key = `${column} ${code === 'VALIDATION_ERROR' ? reason : code}`;
    counts.set(key, { column, reason, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((one, other) => other.count - one.count);
}
