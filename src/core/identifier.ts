const PLAIN = /^[\x21-\x7E]+$/;

/**
 * The one form of an id that another system has given: NFKC, without invisible characters and white space around it.
 * `order-7` and `order-7` with a trailing line break or a zero-width space are one id.
 */
export function normalizeIdentifier(text: string): string {
  // Nearly all ids are in this form already.
  if (PLAIN.test(text)) return text;
  return text
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .trim();
}
