/** A partial change: the properties that have a value. Others would overwrite when it is spread over an object. */
export function withoutUndefined<T extends object>(
  object: T,
): { readonly [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const given = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}
