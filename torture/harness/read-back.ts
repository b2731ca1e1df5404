/** True if a value that was accepted is the one that is shown: the same text, number or moment. */
export function isReadBack(field: string, sentText: string, shown: unknown): boolean {
  const sent: unknown = JSON.parse(sentText);
  if (sent === null || typeof sent === 'boolean') return sent === shown;
  if (typeof sent === 'number') return isSameDecimal(sentText, String(shown));
  if (typeof sent !== 'string') return JSON.stringify(sent) === JSON.stringify(shown);
  if (sent === shown || sent.trim() === shown) return true;
  if (typeof shown === 'number') return isSameDecimal(sent, String(shown));
  if (typeof shown !== 'string') return false;
  if (field === 'email' || field.endsWith('_id')) return sent.trim().toLowerCase() === shown;
  if (field.endsWith('_at')) return isSameSecond(sent, shown);
  return isSameDecimal(sent, shown);
}

/** `1e2`, `100` and `100.00` are one number, exactly. */
function isSameDecimal(one: string, other: string): boolean {
  const canonical = canonicalDecimal(one);
  return canonical !== undefined && canonical === canonicalDecimal(other);
}

function canonicalDecimal(text: string): string | undefined {
  const [, sign = '', whole, fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined || Math.abs(Number(exponent)) > 400) return undefined;
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return '0';
  const significant = String(digits).replace(/0+$/, '');
  const zeros = String(digits).length - significant.length;
  return `${sign}${significant}e${Number(exponent) - fraction.length + zeros}`;
}

/** The API shows time to the second. */
function isSameSecond(sent: string, shown: string): boolean {
  try {
    const options = { smallestUnit: 'second', roundingMode: 'floor' } as const;
    return Temporal.Instant.from(sent).round(options).equals(Temporal.Instant.from(shown));
  } catch {
    return false;
  }
}
