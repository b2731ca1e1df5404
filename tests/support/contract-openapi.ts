import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Answer, ContractPlatform } from './platform.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export type JsonSchema = { readonly [keyword: string]: unknown };

type MediaTypes = Readonly<
  Record<string, { schema: JsonSchema; examples?: Record<string, { value: unknown }> }>
>;

export type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
};

export type ResponseDescription = {
  readonly description?: string;
  readonly content?: MediaTypes;
};

export type OperationDescription = {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Record<string, readonly string[]>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: MediaTypes };
  readonly responses: Readonly<Record<string, ResponseDescription>>;
};

export type OpenApi = {
  readonly openapi: string;
  readonly servers?: unknown;
  readonly tags: readonly { name: string }[];
  readonly paths: Readonly<Record<string, Record<string, OperationDescription>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Readonly<Record<string, ResponseDescription>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
};

/** An operation as the API description has it; its name is `GET /offers/{id}`. */
export type Operation = {
  readonly name: string;
  readonly method: Method;
  /** Without the base path. */
  readonly path: string;
  readonly description: OperationDescription;
};

const BASE_PATH = '/api/v1';

export async function readOpenApi(platform: Pick<ContractPlatform, 'api'>): Promise<OpenApi> {
  const answer = await platform.api('GET', '/openapi.json');
  assert.equal(answer.status, 200);
  return answer.body;
}

export function operationsOf(openApi: OpenApi): Operation[] {
  return Object.entries(openApi.paths).flatMap(([fullPath, methods]) => {
    assert.ok(fullPath.startsWith(`${BASE_PATH}/`), `${fullPath} is not below ${BASE_PATH}`);
    const path = fullPath.slice(BASE_PATH.length);
    return Object.entries(methods).map(([name, description]) => {
      const method = name.toUpperCase() as Method;
      return { name: `${method} ${path}`, method, path, description: resolved(description, openApi) };
    });
  });
}

/** The description with components in place of references, except that of the error, which all operations share. */
function resolved<Part>(part: Part, { components }: OpenApi): Part {
  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref, ...beside } = value as { $ref?: string };
    if ($ref === undefined || $ref === '#/components/schemas/Error')
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
    const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(\w+)$/.exec($ref) ?? [];
    const component = components[kind as 'schemas']?.[name];
    assert.ok(component !== undefined, `${$ref} is missing`);
    return { ...(resolve(component) as object), ...beside };
  }
  return resolve(part) as Part;
}

const RFC_3339_UTC_SECONDS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const UUID_VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * Checks an answer against what the description promises of its operation: the status, the schema, the headers, and
 * for an error that its code is one of those listed for the status. Formats are the contract's, stricter than JSON
 * schema's: ids of version 7, timestamps in UTC to the second.
 */
export function answerChecker(openApi: OpenApi): (operation: Operation, answer: Answer) => void {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    formats: {
      uuid: UUID_VERSION_7,
      'date-time': RFC_3339_UTC_SECONDS,
      date: /^\d{4}-\d{2}-\d{2}$/,
      email: /^[^@\s]+@[^@\s]+$/,
    },
  });
  const compiled = new Map<string, ValidateFunction>();

  function validatorOf(key: string, schema: JsonSchema): ValidateFunction {
    const known = compiled.get(key);
    if (known !== undefined) return known;
    // References start at the root of the document, so the components come along.
    const validate = ajv.compile({ ...schema, components: openApi.components });
    compiled.set(key, validate);
    return validate;
  }

  return ({ name, description }, answer) => {
    const { status, body, headers } = answer;
    const told = `${name} answered ${status} ${JSON.stringify(body)}`;
    const response = description.responses[status];
    assert.ok(response, `${told}, a status that it does not document`);
    assert.match(String(headers['x-request-id']), /^[\w.-]+$/, `${told} without a request id`);
    const content = response.content?.['application/json'];
    // A list is a table if the request asks for one, a file always.
    const isTable = String(headers['content-type']).startsWith('text/csv');
    if (response.content?.['text/csv'] !== undefined && (isTable || content === undefined)) {
      assert.ok(isTable && typeof body === 'string', told);
      return;
    }
    if (content === undefined) {
      assert.equal(body, '', `${told} where nothing is documented`);
      return;
    }
    assert.match(String(headers['content-type']), /^application\/json/, told);
    const validate = validatorOf(`${name} ${status}`, content.schema);
    const isAsDocumented: boolean = validate(body);
    assert.ok(isAsDocumented, `${told}: ${ajv.errorsText(validate.errors)}`);
    if (status < 400) return;
    const codes = Object.keys(content.examples ?? {});
    assert.ok(codes.includes(body.error.code), `${told}, documented are ${codes.join(', ')}`);
    if (status === 401) assert.equal(headers['www-authenticate'], 'Bearer', told);
    if (status === 429 || status === 503) assert.match(String(headers['retry-after']), /^\d+$/, told);
  };
}
