/** Examples in this repository, from the specification of Standard Webhooks. A test finds those that are missing here. */
export const PUBLISHED_SECRETS = ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'C2FVsBQIhrscChlQIMV+b5sSYspob7oD'];

/** A random secret of 32 hexadecimal digits has some 24; a repeated block of ten characters has at most ten. */
const MINIMUM_VARIETY = 12;

/** Whether a secret is published, repetitive or a sequence such as "abcdef…". Says nothing of passwords. */
export function isWeakSecret(secret: string): boolean {
  return (
    PUBLISHED_SECRETS.some((published) => secret.includes(published)) || varietyOf(secret) < MINIMUM_VARIETY
  );
}

/** The number of different pairs of neighbours, without pairs of equal or consecutive characters. */
function varietyOf(secret: string): number {
  const pairs = new Set<string>();
  for (let index = 1; index < secret.length; index += 1) {
    const step = secret.charCodeAt(index) - secret.charCodeAt(index - 1);
    if (Math.abs(step) > 1) pairs.add(secret.slice(index - 1, index + 1));
  }
  return pairs.size;
}
