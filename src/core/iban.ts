import { isValidIBAN } from 'ibantools';

/** White space and dashes of any kind, which banks print between the groups of an IBAN. */
const SEPARATORS = /[\s\p{Pd}]/gu;

/** An IBAN (ISO 13616) in its electronic form: capitals and digits alone. */
export function compactIban(text: string): string {
  return text.replace(SEPARATORS, '').toUpperCase();
}

/** True for an IBAN of a known country with right check digits, also in lower case and in groups. */
export function isIban(text: string): boolean {
  return /^[A-Za-z0-9]{1,34}$/.test(text.replace(SEPARATORS, '')) && isValidIBAN(compactIban(text));
}
