import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import Type, { type TSchema } from 'typebox';
import type { Violation } from '../errors.ts';
import { isIban } from '../iban.ts';
import { normalizeIdentifier } from '../identifier.ts';
import { isCurrency, readMoney } from '../money.ts';

/** Expects an address without white space at the ends, which every use of an address removes. */
const EMAIL =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/i;

/*
 * The formats and keywords of all input. In bodies no value is coerced, removed or added, and unknown fields are refused.
 * Query and path are text, so their numbers are parsed.
 */
const OPTIONS: Options = {
  allErrors: true,
  removeAdditional: false,
  allowUnionTypes: true,
  // Errors contain their schema, from which the reasons are built. `withReasons` removes it again.
  verbose: true,
  formats: {
    uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
    email: (text: string) => EMAIL.test(text.trim()),
    date: isDate,
    'date-time': isTimestamp,
    iban: isIban,
    identifier: isIdentifier,
  },
  keywords: [
    { keyword: 'moneyIn', type: 'object', schemaType: 'object', errors: 'full', compile: compileMoneyIn },
    { keyword: 'maxDecimals', type: 'number', schemaType: 'number', compile: compileMaxDecimals },
    { keyword: 'readAs', type: 'string', schemaType: 'string', modifying: true, validate: readAs },
    { keyword: 'ranges', type: 'object', schemaType: 'object', errors: 'full', compile: compileRanges },
    // Describes a `pattern` in words: messages never show a regular expression.
    'mustBe',
  ],
};

const bodies = new Ajv2020({ ...OPTIONS, coerceTypes: false, useDefaults: false });
// `1e400` is parsed as Infinity, which strictNumbers would exempt from every bound.
const texts = new Ajv2020({ ...OPTIONS, coerceTypes: true, useDefaults: true, strictNumbers: false });

export function compileBody(schema: TSchema): ValidateFunction {
  return withReasons(bodies.compile(schema));
}

/** Adds the reason to each error. Removes the value and the schema, because errors are logged and values are private. */
function withReasons(compiled: ValidateFunction): ValidateFunction {
  const validate = (data: unknown) => {
    const isValid = compiled(data);
    validate.errors = compiled.errors?.map((error) => {
      const { data: _value, schema: _schema, parentSchema: _parent, ...rest } = error;
      return { ...rest, message: reasonOf(error) };
    });
    return isValid;
  };
  validate.errors = undefined as ValidateFunction['errors'];
  return validate as ValidateFunction;
}

/** No operation has more parameters, so a longer query is refused before validation. Body fields are counted in json.ts. */
const MAX_PARAMETERS = 50;

export function compileText(schema: TSchema): ValidateFunction {
  const validateEach = withReasons(texts.compile(schema));
  const integers = Object.entries((schema as Partial<Type.TObject>).properties ?? {})
    .filter(([, property]) => Type.IsInteger(property))
    .map(([name]) => name);
  const validate = (data: Record<string, unknown>) => {
    const tooMany = Object.keys(data).length > MAX_PARAMETERS;
    // Ajv would accept `0x3` and `1e1` as numbers too.
    const strange = integers.filter((name) => name in data && !/^-?\d+$/.test(String(data[name])));
    const isValid = !tooMany && validateEach(data) && strange.length === 0;
    validate.errors = tooMany
      ? [...TOO_MANY_PARAMETERS]
      : [...strange.map(notAnInteger), ...(validateEach.errors ?? [])];
    return isValid;
  };
  validate.errors = undefined as ValidateFunction['errors'];
  return validate as ValidateFunction;
}

/**
 * The same for a query, whose filters are ignored if they are empty. A filter with several values is a repeated parameter,
 * so that a single one becomes a list. The violation of a value names the parameter.
 */
export function compileQuery(schema: TSchema): ValidateFunction {
  const validateText = compileText(schema);
  const lists = new Set(
    Object.entries((schema as Partial<Type.TObject>).properties ?? {})
      .filter(([, property]) => Type.IsArray(property))
      .map(([name]) => name),
  );
  const validate = (data: Record<string, unknown>) => {
    const tooMany = Object.keys(data).length > MAX_PARAMETERS;
    for (const [name, sent] of tooMany ? [] : Object.entries(data)) {
      const values = [sent].flat().filter((value) => value !== '');
      if (values.length === 0) delete data[name];
      else data[name] = lists.has(name) || values.length > 1 ? values : values[0];
    }
    // PostgreSQL fails on NUL.
    const unkeepable = Object.keys(data).filter((name) => [data[name]].flat().join('').includes('\0'));
    const isValid = validateText(data) && unkeepable.length === 0;
    validate.errors = [
      ...unkeepable.map((name) => errorOf(name, { keyword: 'pattern', message: 'must be text without NUL' })),
      ...(validateText.errors ?? []).map((error) => ({
        ...error,
        instancePath: error.instancePath.replace(/^(\/[^/]+)\/\d+$/, '$1'),
      })),
    ];
    return isValid;
  };
  validate.errors = undefined as ValidateFunction['errors'];
  return validate as ValidateFunction;
}

const TOO_MANY_PARAMETERS: readonly ErrorObject[] = [
  {
    keyword: 'maxProperties',
    message: `must have at most ${MAX_PARAMETERS} parameters`,
    instancePath: '',
    schemaPath: '',
    params: {},
  },
];

function notAnInteger(name: string): ErrorObject {
  return errorOf(name, { keyword: 'type', message: `must be ${TYPES_IN_WORDS.integer}` });
}

function errorOf(name: string, error: Pick<ErrorObject, 'keyword' | 'message'>): ErrorObject {
  return { ...error, instancePath: `/${name}`, schemaPath: '', params: {} };
}

/** Node provides header names in lower case, so the schema is compiled with lower-case names. */
export function compileHeaders(schema: TSchema & { properties: Record<string, TSchema> }): ValidateFunction {
  const byLowerName = Object.entries(schema.properties).map(
    ([name, property]) => [name.toLowerCase(), property] as const,
  );
  return withReasons(texts.compile({ ...schema, properties: Object.fromEntries(byLowerName) }));
}

/** Returns one violation per field. The reason says what to send, and shows no keyword of the schema. */
export function violationsOf(errors: readonly Partial<ErrorObject>[], part = 'body'): Violation[] {
  const violations = new Map<string, Violation>();
  for (const error of errors) {
    // The errors of the branch say what is wrong.
    if (error.keyword === 'if') continue;
    const path = fieldOf(error) || part;
    const field = part === 'headers' ? headerName(path) : path;
    // The first reason of a field wins, except that `moneyIn` is more precise than a pattern.
    if (violations.has(field) && error.keyword !== 'moneyIn') continue;
    violations.set(field, { field, reason: error.message ?? 'is not valid', ...figureOf(error) });
  }
  return [...violations.values()];
}

/** The rules that compare with a figure, by the keyword of the schema. */
const RULES: Readonly<Record<string, string>> = {
  minimum: 'minimum',
  exclusiveMinimum: 'above',
  maximum: 'maximum',
  exclusiveMaximum: 'below',
  minLength: 'min_length',
  maxLength: 'max_length',
  minItems: 'min_items',
  maxItems: 'max_items',
};

function figureOf({ keyword = '', params }: Partial<ErrorObject>): Pick<Violation, 'rule' | 'limit'> {
  const rule = RULES[keyword];
  const limit: unknown = params?.limit;
  return rule === undefined || typeof limit !== 'number' ? {} : { rule, limit: String(limit) };
}

function fieldOf({ instancePath = '', keyword, params }: Partial<ErrorObject>): string {
  const path = instancePath.split('/').slice(1);
  if (keyword === 'required') path.push(String(params?.missingProperty));
  if (keyword === 'additionalProperties') path.push(String(params?.additionalProperty));
  return path.join('.');
}

/** Headers are validated in lower case. Messages show the usual spelling, such as `Idempotency-Key`. */
function headerName(path: string): string {
  return path.toLowerCase().replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

function reasonOf(error: Partial<ErrorObject>): string {
  const { keyword = '', params = {}, parentSchema, schema, message } = error;
  switch (keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
      return 'is not known here';
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'const':
      return `must be ${params.allowedValue}`;
    case 'oneOf':
      return oneOfInWords(schema);
    case 'format':
      return `must be a valid ${FORMAT_NAMES[params.format as string] ?? params.format}`;
    case 'pattern':
      return `must be ${parentSchema?.mustBe ?? 'in the documented format'}`;
    case 'type':
      return `must be ${[params.type].flat().map(typeInWords).join(' or ')}`;
    case 'maxDecimals':
      return `must have at most ${schema} decimals`;
    default:
      return limitInWords(keyword, params.limit) ?? message ?? 'is not valid';
  }
}

/** Most alternatives differ in the one field that they require. */
function oneOfInWords(alternatives: unknown): string {
  const required = (alternatives as { readonly required?: readonly string[] }[]).map(
    ({ required }) => required,
  );
  const names = required.flatMap((fields) => (fields?.length === 1 ? fields : []));
  const isByName = names.length === required.length;
  return isByName ? `must have exactly one of ${names.join(' and ')}` : 'must be in exactly one of its forms';
}

const TYPES_IN_WORDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

function typeInWords(type: string): string {
  return TYPES_IN_WORDS[type] ?? type;
}

function limitInWords(keyword: string, limit: number | undefined): string | undefined {
  if (limit === undefined) return;
  const plural = limit === 1 ? '' : 's';
  switch (keyword) {
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'exclusiveMinimum':
      return `must be above ${limit}`;
    case 'exclusiveMaximum':
      return `must be below ${limit}`;
    case 'minLength':
      return `must have at least ${limit} character${plural}`;
    case 'maxLength':
      return `must have at most ${limit} character${plural}`;
    case 'minItems':
      return `must have at least ${limit} item${plural}`;
    case 'maxItems':
      return `must have at most ${limit} item${plural}`;
    case 'minProperties':
      return `must have at least ${limit} field${plural}`;
    default:
      return;
  }
}

const FORMAT_NAMES: Record<string, string> = {
  uuid: 'UUID',
  email: 'email address',
  date: 'date (YYYY-MM-DD)',
  'date-time': 'RFC 3339 timestamp',
  iban: 'IBAN',
  identifier: 'id with 1 to 255 visible characters',
};

function isDate(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !text.startsWith('0000') &&
    canRead(() => Temporal.PlainDate.from(text))
  );
}

/** The years 0001 to 9999, which both a date column and `YYYY-MM-DD` can represent. */
const YEAR_1_MS = Temporal.Instant.from('0001-01-01T00:00:00Z').epochMilliseconds;
const YEAR_10000_MS = Temporal.Instant.from('+010000-01-01T00:00:00Z').epochMilliseconds;

function isTimestamp(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$/i.test(text)) return false;
  try {
    // The offset may move the instant outside of these years.
    const { epochMilliseconds } = Temporal.Instant.from(text);
    return epochMilliseconds >= YEAR_1_MS && epochMilliseconds < YEAR_10000_MS;
  } catch {
    return false;
  }
}

function isIdentifier(text: string): boolean {
  const { length } = normalizeIdentifier(text);
  return length >= 1 && length <= 255;
}

function canRead(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

type MoneyIn = Record<
  string,
  string | readonly [string, string] | { readonly each: string; readonly currency: string }
>;

/**
 * `moneyIn: { amount: 'currency' }` requires that `amount` is an amount in the currency of the field `currency`.
 * `{ amount: ['currency', 'EUR'] }` adds the default currency. `{ lines: { each: 'amount', currency: 'currency' } }` requires
 * it of the field `amount` of each element of a list, where it may be zero. JSON Schema cannot express this rule, because the
 * number of decimals depends on the currency.
 */
function compileMoneyIn(amountToCurrency: MoneyIn) {
  const validate: { (data: Record<string, unknown>): boolean; errors?: Partial<ErrorObject>[] } = (data) => {
    validate.errors = Object.entries(amountToCurrency).flatMap(([field, rule]) => {
      if (typeof rule === 'string') return moneyErrors(data[field], data[rule], `/${field}`);
      if ('each' in rule) return errorsOfEach(data[field], rule.each, data[rule.currency], `/${field}`);
      const [currencyField, fallback] = rule;
      return moneyErrors(data[field], data[currencyField] ?? fallback, `/${field}`);
    });
    return validate.errors.length === 0;
  };
  return validate as never;
}

function errorsOfEach(list: unknown, field: string, currency: unknown, instancePath: string) {
  if (!Array.isArray(list)) return [];
  return list.flatMap((element, index) =>
    moneyErrors(element?.[field], currency, `${instancePath}/${index}/${field}`, { orZero: true }),
  );
}

function moneyErrors(
  amount: unknown,
  currency: unknown,
  instancePath: string,
  options: { readonly orZero?: boolean } = {},
): Partial<ErrorObject>[] {
  if (typeof amount !== 'string' && typeof amount !== 'number') return [];
  if (typeof currency !== 'string' || !isCurrency(currency)) return [];
  const reading = readMoney(amount, currency, options);
  return 'problem' in reading
    ? [{ keyword: 'moneyIn', message: reading.problem, params: {}, instancePath }]
    : [];
}

/** `readAs` normalizes a text, so that the code can compare it. */
const SPELLINGS = {
  lowerCase: (text: string) => text.toLowerCase(),
  identifier: normalizeIdentifier,
  /** UTC with six decimals. PostgreSQL stores microseconds, and would round finer values instead of truncating them. */
  instant: (text: string) =>
    isTimestamp(text)
      ? Temporal.Instant.from(text).toString({ fractionalSecondDigits: 6, roundingMode: 'floor' })
      : text,
};

function readAs(
  spelling: keyof typeof SPELLINGS,
  text: string,
  _schema: unknown,
  place?: {
    readonly parentData: Record<string | number, unknown>;
    readonly parentDataProperty: string | number;
  },
): boolean {
  if (place !== undefined) place.parentData[place.parentDataProperty] = SPELLINGS[spelling](text);
  return true;
}

/** `ranges: { from: 'to' }` requires that `to` is not before `from`. Normalized dates and instants compare as text. */
function compileRanges(ranges: Record<string, string>) {
  const validate: { (data: Record<string, unknown>): boolean; errors?: Partial<ErrorObject>[] } = (data) => {
    validate.errors = Object.entries(ranges).flatMap(([from, to]) => {
      if (String(data[from] ?? '') <= String(data[to] ?? '\uffff')) return [];
      const message = `must not be before \`${from}\``;
      return [{ keyword: 'ranges', message, params: {}, instancePath: `/${to}` }];
    });
    return validate.errors.length === 0;
  };
  return validate as never;
}

/** `maxDecimals: 4`. Unlike `multipleOf`, it is exact for numbers such as 4.35. */
function compileMaxDecimals(limit: number) {
  return (value: number) => {
    const [, decimals = ''] = String(value).split('.');
    return decimals.length <= limit && !/e/i.test(String(value));
  };
}
