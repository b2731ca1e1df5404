import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import type { ErrorDefinition } from '../../src/core/errors.ts';
import { STATUS_OF_KIND } from '../../src/core/http/errors.ts';
import { ERROR_ADVICE } from './error-advice.ts';
import { code, page, table } from './markdown.ts';

/** Of openapi.json, as much as this page reads. */
type Description = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationDescription>>>>;
  readonly components: { readonly responses: Readonly<Record<string, ResponseDescription>> };
};
type ResponseDescription = {
  readonly content?: Readonly<Record<string, { readonly examples?: object }>>;
  /** A response that operations share. */
  readonly $ref?: string;
};
type OperationDescription = {
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly { readonly in: string }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, ResponseDescription>>;
};
type Operation = OperationDescription & { readonly name: string };

const INTRODUCTION = `
This page lists every error code, and what a client does about it. Every refusal has the same shape:

\`\`\`json
{ "error": { "code": "OFFER_NOT_AVAILABLE", "message": "A sentence for people.", "details": {} } }
\`\`\`

Decide by \`code\`: it is part of the contract, \`message\` is not. The response header \`X-Request-Id\` and the request
together let the operator find the log line.

In \`POST /purchases/batch\` and \`POST /purchases/settlements\` each item has a status and an error of its own. The codes
are those of \`POST /purchases\`, of the confirmation and of the reversal.
`.trim();

/** Sets of operations that have a name; of those that fit equally well the first is used. */
const GROUPS: readonly { readonly name: string; readonly has: (operation: Operation) => boolean }[] = [
  { name: 'every operation', has: () => true },
  { name: 'every operation that needs a token', has: ({ security = [] }) => security.length > 0 },
  {
    name: 'every operation with parameters or a body',
    has: ({ parameters = [], requestBody }) => parameters.length > 0 || requestBody !== undefined,
  },
  { name: 'every operation with a body', has: ({ requestBody }) => requestBody !== undefined },
  {
    name: 'every operation by which a partner changes something',
    has: ({ name, security = [] }) => !name.startsWith('GET') && security.some((way) => 'api_key' in way),
  },
  {
    name: 'every operation with an id or a key in its path',
    has: ({ parameters = [] }) => parameters.some((parameter) => parameter.in === 'path'),
  },
];

/** @throws Error if a code has no line in error-advice.ts, or a line has no code. */
export async function errorsPage(description: object): Promise<string> {
  const definitions = await errorDefinitions();
  const codes = [...new Set(definitions.map((definition) => definition.code))].sort();
  const strays = [...codes, ...Object.keys(ERROR_ADVICE)].filter(
    (name) => !(codes.includes(name) && name in ERROR_ADVICE),
  );
  if (strays.length > 0) throw new Error(`scripts/pages/error-advice.ts and the code differ in ${strays}`);

  const operations = operationsOf(description as Description);
  const rows = codes.map((name) => {
    const own = definitions.filter((definition) => definition.code === name);
    return [
      code(name),
      unique(own.map(({ kind }) => String(STATUS_OF_KIND[kind]))).join(', '),
      unique(own.map(({ message }) => message)).join(' '),
      ERROR_ADVICE[name] ?? '',
      nameOperations(
        operations.filter((operation) => codesOf(operation).has(name)),
        operations,
      ),
    ];
  });
  return page('Errors', 'the calls of defineError in src/', [
    INTRODUCTION,
    table(['Code', 'Status', 'Meaning', 'Action', 'Operations'], rows),
  ]);
}

async function errorDefinitions(): Promise<readonly ErrorDefinition[]> {
  const files = globSync('src/**/*.ts', { cwd: PROJECT_DIRECTORY })
    .map((file) => join(PROJECT_DIRECTORY, file))
    .filter((file) => /= defineError\b/.test(readFileSync(file, 'utf8')));
  const modules = await Promise.all(
    files.map((file) => import(pathToFileURL(file).href) as Promise<Readonly<Record<string, unknown>>>),
  );
  return modules.flatMap((module) => Object.values(module)).filter(isErrorDefinition);
}

function isErrorDefinition(value: unknown): value is ErrorDefinition {
  return typeof value === 'function' && 'kind' in value && 'code' in value && 'message' in value;
}

function operationsOf({ paths, components }: Description): readonly Operation[] {
  const resolved = ({ $ref, ...response }: ResponseDescription) =>
    $ref === undefined ? response : (components.responses[$ref.split('/').at(-1) ?? ''] ?? {});
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      ...operation,
      responses: Object.fromEntries(
        Object.entries(operation.responses).map(([status, response]) => [status, resolved(response)]),
      ),
      name: `${method.toUpperCase()} ${path.replace('/api/v1', '')}`,
    })),
  );
}

function codesOf({ responses }: Operation): ReadonlySet<string> {
  const examples = Object.values(responses).flatMap(({ content = {} }) =>
    Object.values(content).map((type) => type.examples ?? {}),
  );
  return new Set(examples.flatMap((byCode) => Object.keys(byCode)));
}

/** One by one, or as a named set with few exceptions where that is shorter. */
function nameOperations(some: readonly Operation[], all: readonly Operation[]): string {
  if (some.length === 0) return 'a path without this method';
  const [shortest] = GROUPS.map(({ name, has }) => ({
    name,
    missing: all.filter((operation) => has(operation) && !some.includes(operation)),
    others: some.filter((operation) => !has(operation)),
  })).toSorted((one, other) => exceptionsOf(one) - exceptionsOf(other));
  if (shortest === undefined || exceptionsOf(shortest) + 1 >= some.length) return listNames(some);
  const { name, missing, others } = shortest;
  return [
    name,
    missing.length > 0 ? ` except ${listNames(missing)}` : '',
    others.length > 0 ? `; also ${listNames(others)}` : '',
  ].join('');
}

const exceptionsOf = ({ missing, others }: { missing: readonly unknown[]; others: readonly unknown[] }) =>
  missing.length + others.length;

const listNames = (operations: readonly Operation[]) =>
  operations
    .map(({ name }) => code(name))
    .sort()
    .join(', ');

const unique = <Value>(values: readonly Value[]) => [...new Set(values)];
