/** `de89-3704 0044…` as the API takes it: capital letters and digits alone. */
export function normalizeIban(typed: string): string {
  return typed.replace(/[\s\u00a0\u202f.–-]/g, '').toUpperCase();
}

/** In groups of four, as banks print it. */
export function groupIban(iban: string): string {
  return normalizeIban(iban)
    .replace(/(.{4})/g, '$1 ')
    .trim();
}

/** `DE89 … 3000`: enough to recognize an account, not enough to use it. */
export function maskIban(iban: string): string {
  const plain = normalizeIban(iban);
  return `${plain.slice(0, 4)} … ${plain.slice(-4)}`;
}

/** Whether it has the shape and the check digits of an IBAN. Whether the bank pays there, the server decides. */
export function isIban(typed: string): boolean {
  const iban = normalizeIban(typed);
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return false;
  const moved = `${iban.slice(4)}${iban.slice(0, 4)}`;
  let remainder = 0;
  for (const character of moved)
    for (const digit of Number.parseInt(character, 36).toString())
      remainder = (remainder * 10 + Number.parseInt(digit, 10)) % 97;
  return remainder === 1;
}
