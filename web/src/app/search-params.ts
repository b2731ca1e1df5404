/* Filters live in the URL: `?status=pending&status=confirmed&merchant_id=…`. */

export type SearchParams = Readonly<Record<string, string | readonly string[] | undefined>>;

/** All values stay texts. A parameter that repeats is an array. */
export function parseSearch(search: string): Record<string, string | string[]> {
  const params = new URLSearchParams(search);
  const result: Record<string, string | string[]> = {};
  for (const key of new Set(params.keys())) {
    const values = params.getAll(key).filter((value) => value !== '');
    if (values.length > 0) result[key] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return result;
}

export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search))
    for (const item of Array.isArray(value) ? value : [value])
      if (item !== undefined && item !== null && item !== '') params.append(key, String(item));
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** How one parameter is read. Returns undefined for what it does not accept, so a wrong URL shows the unfiltered list. */
export type Filter<Value> = (given: unknown) => Value | undefined;

export const text: Filter<string> = (given) => {
  const value = Array.isArray(given) ? given[0] : given;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
};

/** A calendar date such as `2026-11-26`. */
export const day: Filter<string> = (given) => {
  const value = text(given);
  return value !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;
};

/** `true` or `false`. */
export const yesNo: Filter<boolean> = (given) => {
  const value = text(given);
  return value === 'true' || value === 'false' ? value === 'true' : undefined;
};

const count: Filter<number> = (given) => {
  const value = text(given);
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number.parseInt(value, 10) : undefined;
};

export function oneOf<const Value extends string>(...allowed: readonly Value[]): Filter<Value> {
  return (given) => allowed.find((value) => value === text(given));
}

export function manyOf<const Value extends string>(...allowed: readonly Value[]): Filter<Value[]> {
  return (given) => {
    const values = (Array.isArray(given) ? given : [given]).filter((value) => allowed.includes(value));
    return values.length > 0 ? values : undefined;
  };
}

type Filters = Readonly<Record<string, Filter<unknown>>>;

/** The place in a list: some lists page by cursor, small ones by offset. */
export type PlaceInList = { readonly cursor?: string; readonly offset?: number };

/** What the URL of a list says, typed by its filters. */
export type FiltersOf<Defined> = Defined extends (search: never) => infer Values ? Values : never;

/** `defineFilters({ status: manyOf('pending', 'confirmed'), merchant_id: text })` reads the search of a list's URL. */
export function defineFilters<Defined extends Filters>(filters: Defined) {
  const all: Filters = { ...filters, cursor: text, offset: count };
  return (search: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(all)
        .map(([name, read]) => [name, read(search[name])] as const)
        .filter(([, value]) => value !== undefined),
    ) as { [Name in keyof Defined]?: Exclude<ReturnType<Defined[Name]>, undefined> } & PlaceInList;
}
