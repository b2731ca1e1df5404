/** The example secrets of Standard Webhooks that this repository uses. A test finds missing ones. */
export const PUBLISHED_SECRETS = ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'C2FVsBQIhrscChlQIMV+b5sSYspob7oD'];

/** A random secret of 32 hexadecimal digits has a variety of about 24, a repeated block of 10 characters at most 10. */
const MINIMUM_VARIETY = 12;

/** True if a secret is published, repetitive or a sequence such as "abcdef…". Not suited for passwords. */
export function isWeakSecret(secret: string): boolean {
  return (
    PUBLISHED_SECRETS.some((published) => secret.includes(published)) || varietyOf(secret) < MINIMUM_VARIETY
  );
}

/** The number of different pairs of adjacent characters, without pairs of equal or consecutive characters. */
function varietyOf(secret: string): number {
  const pairs = new Set<string>();
  for (let index = 1; index < secret.length; index += 1) {
    const step = secret.charCodeAt(index) - secret.charCodeAt(index - 1);
    if (Math.abs(step) > 1) pairs.add(secret.slice(index - 1, index + 1));
  }
  return pairs.size;
}
