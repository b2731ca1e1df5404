import type { TSchema } from 'typebox';
import { ErrorBody } from './errors.ts';
import { CursorPagination, Pagination } from './pagination.ts';
import {
  ActiveStatus,
  AnyFields,
  CalendarDate,
  Currency,
  Id,
  Money,
  Percentage,
  Timestamp,
} from './schemas.ts';

/** The names that generated clients use. */
export type ApiNames = {
  /** The id of each operation, by `GET /path/{id}`. */
  readonly operations: Readonly<Record<string, string>>;
  /** The names of the bodies that operations return, by the operation's id. */
  readonly results: Readonly<Record<string, string>>;
  /** The names of the bodies that operations take, where they are not named after the operation. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The names of parts of bodies. */
  readonly parts?: Readonly<Record<string, TSchema>>;
  /** The names of other parts, each with a property that has it: `{ LampColour: 'Lamp.colour' }`. */
  readonly propertyTypes: Readonly<Record<string, string>>;
};

/** A request that the platform sends to others. */
export type WebhookDescription = {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly body: TSchema;
  readonly example: unknown;
};

type Json = { [keyword: string]: unknown };
type Body = { readonly content?: Record<string, { schema: Json; readonly examples?: object }> };
type Operation = Json & { parameters?: Json[]; requestBody?: Body; responses: Record<string, Body & Json> };
type Paths = Record<string, Record<string, Operation>>;
type Document = { paths?: Paths; webhooks?: Paths; components?: Json };

/** Our own keywords of schemas, as the description shows them. Null: it says nothing to a client. */
const OWN_KEYWORDS: Readonly<Record<string, string | null>> = {
  mustBe: 'x-must-be',
  moneyIn: 'x-money-in',
  maxDecimals: 'x-max-decimals',
  ranges: 'x-ranges',
  readAs: null,
};

/** A list as a table. */
export const Table = {
  type: 'string',
  description:
    'The list as CSV, for requests that accept `text/csv` rather than JSON: at most 50,000 rows, without pages. The header `X-Truncated` is `true` if more match. Columns have the names of the JSON, nested by `.`. Text that a spreadsheet would run begins with an apostrophe. Callers with an API key get JSON.',
  examples: ['id,name\r\n'],
} as const;

/** Parts of bodies that have a name of their own. */
const PARTS: Readonly<Record<string, TSchema>> = {
  Id,
  Timestamp,
  CalendarDate,
  Money,
  Currency,
  Percentage,
  ActiveStatus,
  AnyFields,
  Pagination,
  CursorPagination,
  ErrorBody,
  Table,
};

const LEAST_USES_OF_PARAMETER = 3;

/** Names of error responses that many operations share, by their codes. */
const RESPONSE_NAMES: Readonly<Record<string, string>> = {
  'INVALID_TOKEN EXPIRED_TOKEN TOKEN_REVOKED USER_INACTIVE': 'Unauthenticated',
  'INVALID_TOKEN EXPIRED_TOKEN TOKEN_REVOKED USER_INACTIVE INVALID_SIGNATURE': 'UnauthenticatedOrUnsigned',
  'OVERLOADED SERVICE_UNAVAILABLE': 'Unavailable',
};

/**
 * Finishes a description of OpenAPI 3.1 for clients and their generators: an id for each operation, named bodies, what
 * repeats as a component, a type beside each enum, and our own keywords with the prefix `x-`.
 * @throws Error if an operation has no name, or two bodies have one.
 */
export function finishDocument(document: object, names: ApiNames): object {
  const finished = finishSchemas(document) as Document;
  const operations = Object.entries(finished.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );
  for (const { name, operation } of operations) {
    const operationId = names.operations[name];
    if (operationId === undefined)
      throw new Error(`${name} has no operation id: enter one among the names of the API`);
    operation.operationId = operationId;
  }
  const webhooks = Object.values(finished.webhooks ?? {}).flatMap((methods) => Object.values(methods));
  const all = [...operations.map(({ operation }) => operation), ...webhooks];
  const responses = shareResponses(operations.map(({ operation }) => operation.responses));
  const schemas = shareSchemas(all, names, schemasOf(finished));
  const parameters = shareParameters(all, schemas);
  const text = JSON.stringify([finished.paths, finished.webhooks, schemas, responses]);
  const isUsed = ([name]: [string, unknown]) => text.includes(`"#/components/schemas/${name}"`);
  finished.components = {
    ...finished.components,
    schemas: Object.fromEntries(Object.entries(schemas).filter(isUsed)),
    parameters,
    responses,
  };
  return finished;
}

function schemasOf({ components }: Document): Json {
  return (components?.schemas ?? {}) as Json;
}

function finishSchemas(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, part) => finishSchema(part)));
}

function finishSchema(value: unknown): unknown {
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([name, part]) => {
    const shown = Object.hasOwn(OWN_KEYWORDS, name) ? OWN_KEYWORDS[name] : name;
    return shown === null || shown === undefined ? [] : [[shown, part] as const];
  });
  const { const: constant, oneOf, ...finished } = Object.fromEntries(entries) as Json;
  if (constant !== undefined) finished.enum = [constant];
  if (oneOf !== undefined) Object.assign(finished, conditionOf(oneOf) ?? { oneOf });
  const { enum: values, type } = finished;
  return Array.isArray(values) && type === undefined ? { type: typeOf(values), ...finished } : finished;
}

/**
 * "Exactly one of two fields" as a condition. Generators make a type of its own of each alternative in `oneOf`, without the
 * other fields.
 */
function conditionOf(oneOf: unknown): Json | undefined {
  const [one, other, ...more] = oneOf as { readonly required?: readonly string[] }[];
  const areFields = one?.required?.length === 1 && other?.required?.length === 1;
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema
  return areFields && more.length === 0 ? { if: one, then: { not: other }, else: other } : undefined;
}

function typeOf(values: readonly unknown[]): string | string[] {
  const types = [...new Set(values.map((value) => (value === null ? 'null' : typeof value)))];
  const [only = 'string', ...others] = types;
  return others.length === 0 ? only : types;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Replaces the bodies of operations, and equal parts of them, by references. Returns the schemas by their names. */
function shareSchemas(operations: readonly Operation[], names: ApiNames, others: Json): Json {
  const nameOf = new Map<string, string>();
  const schemaOf = new Map<string, Json>();

  /** The first name of a schema stays. @throws Error if the name belongs to another schema. */
  function name(schema: Json, given: string): void {
    const content = contentOf(schema);
    if (nameOf.has(content)) return;
    if (schemaOf.has(given)) throw new Error(`two schemas of the API description are called ${given}`);
    nameOf.set(content, given);
    schemaOf.set(given, schema);
  }

  function namePage({ properties }: Json, given: string): void {
    const { data, results } = (properties ?? {}) as Record<string, { items?: Json } | undefined>;
    if (data?.items !== undefined) name(data.items, given.replace(/Page$/, ''));
    if (results?.items !== undefined) name(results.items, `${given}Item`);
  }

  for (const [given, schema] of Object.entries({ ...PARTS, ...names.parts }))
    name(finishSchemas(schema) as Json, given);
  for (const { operationId, requestBody, responses } of operations) {
    const id = String(operationId);
    const result = names.results[id];
    const success = schemasIn(Object.entries(responses).find(([status]) => Number(status) < 400)?.[1]);
    for (const schema of result === undefined ? [] : success) {
      name(schema, result ?? '');
      namePage(schema, result ?? '');
    }
    const input = names.inputs[id] ?? `${id.charAt(0).toUpperCase()}${id.slice(1)}Input`;
    for (const schema of schemasIn(requestBody)) {
      if (isObject(schema.items)) name(schema.items, names.inputs[`${id}[]`] ?? `${input}Item`);
      name(schema, input);
    }
  }

  for (const [given, place] of Object.entries(names.propertyTypes)) name(partAt(place, schemaOf), given);

  /** The schema with references in it. */
  function refer(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map(refer);
    if (!isObject(schema)) return schema;
    const known = nameOf.get(contentOf(schema));
    if (known !== undefined) return referenceTo(known, schema);
    return Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, refer(part)]));
  }

  /** A default, and a description that differs from that of the component, stay beside the reference. */
  function referenceTo(known: string, { description, default: standard }: Json): Json {
    const isOwn = description !== undefined && description !== schemaOf.get(known)?.description;
    return {
      $ref: `#/components/schemas/${known}`,
      ...(isOwn && { description }),
      ...(standard !== undefined && { default: standard }),
    };
  }

  const components = [...Object.entries(others as Record<string, Json>), ...schemaOf].map(
    ([given, schema]) => [
      given,
      Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, refer(part)])),
    ],
  );
  for (const operation of operations) {
    for (const part of ['parameters', 'requestBody', 'responses'] as const)
      if (operation[part] !== undefined) Object.assign(operation, { [part]: refer(operation[part]) });
  }
  return Object.fromEntries(components);
}

/** The schema at a place such as `Lamp.colour`; of a list its items, of something nullable what it is otherwise. */
function partAt(place: string, schemaOf: ReadonlyMap<string, Json>): Json {
  const [body = '', property = ''] = place.split('.');
  let part = (schemaOf.get(body)?.properties as Record<string, Json> | undefined)?.[property];
  if (Array.isArray(part?.anyOf)) part = part.anyOf.find(({ type }) => type !== 'null');
  if (isObject(part?.items)) part = part.items;
  if (part === undefined) throw new Error(`the API description has no ${place}, after which a part is named`);
  return part;
}

/** What makes two schemas equal. Of an enumeration that is its values alone. */
function contentOf({ description: _, ...schema }: Json): string {
  const { type, enum: values } = schema;
  return JSON.stringify(values === undefined ? schema : { type, values }, inOrder);
}

/** Lets `JSON.stringify` write the keys of objects in the order of the alphabet. */
function inOrder(_key: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function schemasIn(body: Body | undefined): Json[] {
  return Object.values(body?.content ?? {}).map(({ schema }) => schema);
}

/** Replaces the parameters that repeat most by references, and returns them by names that no schema has. */
function shareParameters(operations: readonly Operation[], schemas: Json): Json {
  const all = operations.flatMap(({ parameters = [] }) => parameters);
  const uses = [...Map.groupBy(all, (parameter) => JSON.stringify(parameter))]
    .filter(([, same]) => same.length >= LEAST_USES_OF_PARAMETER)
    .toSorted(([, one], [, other]) => other.length - one.length);
  const nameOf = new Map<string, string>();
  const shared: Json = {};
  for (const [content, [parameter]] of uses) {
    const plain = pascalCase(String(parameter?.name).replaceAll('-', '_'));
    const name = plain in schemas ? `${plain}Parameter` : plain;
    // Of two parameters with one name only the one that repeats more is shared.
    if (name in shared) continue;
    nameOf.set(content, name);
    shared[name] = parameter;
  }
  for (const operation of operations) {
    if (operation.parameters === undefined) continue;
    operation.parameters = operation.parameters.map((parameter) => {
      const name = nameOf.get(JSON.stringify(parameter));
      return name === undefined ? parameter : { $ref: `#/components/parameters/${name}` };
    });
  }
  return shared;
}

/** Replaces error responses that repeat by references, and returns them by their names. */
function shareResponses(all: readonly Record<string, Body & Json>[]): Json {
  const uses = Map.groupBy(
    all.flatMap((responses) => Object.entries(responses)).filter(([status]) => Number(status) >= 400),
    ([status, response]) => `${status} ${JSON.stringify(response)}`,
  );
  const shared: Json = {};
  for (const responses of all) {
    for (const [status, response] of Object.entries(responses)) {
      const count = uses.get(`${status} ${JSON.stringify(response)}`)?.length ?? 0;
      if (count < 2) continue;
      const name = nameOfResponse(status, response);
      shared[name] = response;
      responses[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  return Object.fromEntries(Object.entries(shared).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** `NotFound`; `UnsupportedCurrencyOrValidationError`; a 400 where 422 is usual has its status in its name. */
function nameOfResponse(status: string, { content }: Body): string {
  const codes = Object.keys(content?.['application/json']?.examples ?? {});
  const known = RESPONSE_NAMES[codes.join(' ')];
  if (known !== undefined) return known;
  const name = codes.map(pascalCase).join('Or');
  return status === '400' && codes.includes('VALIDATION_ERROR') ? `${name}400` : name;
}

function pascalCase(code: string): string {
  return code.toLowerCase().replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
