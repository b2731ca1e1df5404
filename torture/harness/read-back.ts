import type { Fault } from '../../tests/support/contract-faults.ts';
import type { Operation } from '../../tests/support/contract-openapi.ts';

type Body = Readonly<Record<string, unknown>>;

/** An accepted field of a body, with the value that the API shows later. */
export type ReadBack = { readonly field: string; readonly sent: string; readonly shown: unknown };

/** Compares the accepted value with the response and with a later read. Returns a pair for each place with the field. */
export async function readBack(
  { name }: Operation,
  faults: readonly Fault[],
  answer: Body,
  read: (path: string) => Promise<Body>,
): Promise<ReadBack[]> {
  const item = firstOf(answer);
  // An item of a list may be refused although the response has status 200.
  if (typeof item.status === 'number' && item.status >= 300) return [];
  const place = PLACES[name];
  const shownIn = place === undefined ? [item] : [item, unwrapped(await read(place(String(item.id))))];
  return faults
    .filter(({ part }) => part === 'body')
    .flatMap(leavesOf)
    .flatMap(([field, sent]) =>
      shownIn.flatMap((body) => {
        const shownAs = OTHER_NAMES[name]?.[field] ?? field;
        return Object.hasOwn(body, shownAs) ? [{ field, sent, shown: body[shownAs] }] : [];
      }),
    );
}

/** Where the response shows a field of the request under another name. */
const OTHER_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // The `reason` of the response is that of the adjustment.
  'POST /adjustments/{id}/rejection': { reason: 'decision_reason' },
};

/** The request that reads an accepted change again. */
const PLACES: Readonly<Record<string, (id: string) => string>> = {
  'POST /merchants': (id) => `/merchants/${id}`,
  'PATCH /merchants/{id}': (id) => `/merchants/${id}`,
  'POST /offers': (id) => `/offers/${id}`,
  'POST /partners': (id) => `/partners/${id}`,
  'PATCH /partners/{id}': (id) => `/partners/${id}`,
  'POST /users': (id) => `/users/${id}`,
  'POST /purchases': (id) => `/purchases/${id}`,
  'POST /webhook-endpoints': (id) => `/webhook-endpoints/${id}`,
  'PATCH /webhook-endpoints/{id}': (id) => `/webhook-endpoints/${id}`,
  'POST /purchases/batch': (id) => `/purchases/${id}`,
  'POST /users/me/payouts': (id) => `/payouts/${id}/bank-details`,
  'PATCH /payouts/{id}/process': (id) => `/payouts/${id}`,
};

/** Bank details are a nested object in the response. */
function unwrapped(body: Body): Body {
  return { ...body, ...(body.details as Body | undefined) };
}

/** The first item of a list has the hostile values. */
function firstOf(answer: Body): Body {
  return (answer.results as Body[] | undefined)?.[0] ?? answer;
}

/** Returns the value itself, or the values of an object's fields. */
function leavesOf({ field, value }: Fault): (readonly [string, string])[] {
  const parsed: unknown = JSON.parse(value);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return [[field, value]];
  return Object.entries(parsed).map(([name, leaf]) => [name, JSON.stringify(leaf)]);
}

/** Fields of times, which the API shows in one spelling. */
const TIMES = /_at$|^since$|^until$/;

/** True if the accepted value equals the shown one: the same text, number or time. */
export function isReadBack(field: string, sentText: string, shown: unknown): boolean {
  const sent: unknown = JSON.parse(sentText);
  if (sent === null || typeof sent === 'boolean') return sent === shown;
  if (typeof sent === 'number') return isSameDecimal(sentText, String(shown));
  if (typeof sent !== 'string') return JSON.stringify(sent) === JSON.stringify(shown);
  if (sent === shown || sent.trim() === shown) return true;
  if (typeof shown === 'number') return isSameDecimal(sent, String(shown));
  if (typeof shown !== 'string') return false;
  if (field === 'email' || field.endsWith('_id')) return sent.trim().toLowerCase() === shown;
  // That of a user has one spelling.
  if (field === 'external_reference') return sent.normalize('NFKC').trim() === shown;
  if (TIMES.test(field)) return isSameSecond(sent, shown);
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
