import type { Operation } from './contract-openapi.ts';
import type { Sample, World } from './contract-requests.ts';

/*
 * Requests of the contract with one or several fields replaced by text that no client library would send.
 */

/** One place of a request and what is put there: text in a URL, the source text of a value in a body. */
export type Fault = {
  readonly part: 'params' | 'query' | 'headers' | 'body';
  readonly field: string;
  readonly value: string;
};

export type RawRequest = {
  readonly method: Operation['method'];
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
};

/** Where a parameter of the API description stands in a request. */
export const PARTS = { path: 'params', query: 'query', header: 'headers' } as const;

/** Items of lists are documented as anything; these are the fields that they have. */
const ITEM_FIELDS = [
  'email',
  'external_id',
  'purchase_id',
  'action',
  'reason',
  'user_id',
  'merchant_id',
  'amount',
  'currency',
  'purchased_at',
] as const;

/** An operation, a request that it accepts, and the fields of that request. */
export type Target = {
  readonly operation: Operation;
  readonly sample: Sample;
  readonly fields: readonly Omit<Fault, 'value'>[];
};

/** Everywhere a caller may write something: in the path, in the query, in the body or in the items of a list. */
export function fieldsOf({
  description: { parameters = [], requestBody },
}: Operation): Omit<Fault, 'value'>[] {
  const inUrl = parameters.map(({ name, in: place }) => ({
    part: PARTS[place as keyof typeof PARTS],
    field: name,
  }));
  const schema = requestBody?.content['application/json']?.schema;
  const properties = schema?.type === 'array' ? ITEM_FIELDS : Object.keys(schema?.properties ?? {});
  const known = [...inUrl, ...properties.map((field) => ({ part: 'body' as const, field }))];
  if (known.length === 0) return [];
  const unknown = ['__proto__', 'constructor'].map((field) => ({
    part: schema === undefined ? ('query' as const) : ('body' as const),
    field,
  }));
  return [...known, ...unknown];
}

export function requestOf(
  world: Pick<World, 'unique'>,
  { operation: { method, path }, sample }: Pick<Target, 'operation' | 'sample'>,
  faults: readonly Fault[],
): RawRequest {
  const of = (part: Fault['part']) => faults.filter((fault) => fault.part === part);
  const params = new Map([...Object.entries(sample.params ?? {}), ...pairsOf(of('params'))]);
  const query = new Map<string, string>([
    ...Object.entries(sample.query ?? {}).map(([name, value]) => [name, encodeURIComponent(value)] as const),
    ...pairsOf(of('query')),
  ]);
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => params.get(name) ?? '');
  const search = [...query].map(([name, value]) => `${name}=${value}`).join('&');
  const url = `/api/v1${filled}${search === '' ? '' : `?${search}`}`;
  const headers = Object.fromEntries(pairsOf(of('headers')));
  if (sample.body === undefined) return { method, url, headers };
  return { method, url, headers, payload: bodyOf(world, sample, of('body')) };
}

/** Written by hand, as no serializer writes what is sent here. */
function bodyOf(world: Pick<World, 'unique'>, { body }: Sample, faults: readonly Fault[]): string {
  const [first, ...others] = Array.isArray(body) ? body : [body];
  const values = Object.entries(renewed(world, first)).map(
    ([name, value]) => [name, JSON.stringify(value)] as const,
  );
  const fields = new Map([...values, ...pairsOf(faults)]);
  const object = `{${[...fields].map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(', ')}}`;
  if (!Array.isArray(body)) return object;
  return `[${[object, ...others.map((item) => JSON.stringify(item))].join(', ')}]`;
}

/** The sample under a name of its own, so that more is reached than the check for duplicates. */
function renewed(world: Pick<World, 'unique'>, fields: Record<string, unknown>): Record<string, unknown> {
  const fresh = world.unique();
  return {
    ...fields,
    ...('external_id' in fields && { external_id: fresh }),
    ...('name' in fields && { name: fresh }),
  };
}

function pairsOf(faults: readonly Fault[]): (readonly [string, string])[] {
  return faults.map(({ field, value }) => [field, value] as const);
}
