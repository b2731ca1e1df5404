/**
 * The form by which names are compared. People take names with one form for the same name.
 * `fold_name` of migration 0033 is the same in SQL.
 */
export function foldName(name: string): string {
  const visible = name.normalize('NFKC').replaceAll(/\p{Cf}/gu, '');
  // By way of capitals, so that `ß`, `ẞ` and `ss` are one, as are both forms of the small sigma.
  const caseFolded = visible.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
  return caseFolded.replaceAll(/\s+/g, ' ').trim();
}
