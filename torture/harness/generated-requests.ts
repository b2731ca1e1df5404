import fc from 'fast-check';
import { type Fault, PARTS, type Target } from '../../tests/support/contract-faults.ts';
import type { JsonSchema, Operation } from '../../tests/support/contract-openapi.ts';
import { HOSTILE_BODY_VALUES, HOSTILE_URL_VALUES } from './hostile-values.ts';

/** Fields of a request, valid or hostile. Omitted fields stay as in the sample. */
export function faultsArbitrary(target: Target, ids: readonly string[]): fc.Arbitrary<Fault[]> {
  return fc
    .tuple(parametersOf(target.operation, ids), bodyArbitrary(target.operation, ids), hostileFaultsOf(target))
    .map(([parameters, body, faults]) => [...parameters, ...inBody(body), ...faults]);
}

function parametersOf({ description: { parameters = [] } }: Operation, ids: readonly string[]) {
  const fields = parameters.map(({ name, in: place, schema }) =>
    fc.option(
      valueArbitrary(schema, ids).map(
        (value): Fault => ({
          part: PARTS[place as keyof typeof PARTS],
          field: name,
          value: encodeURIComponent(String(value)),
        }),
      ),
      { nil: undefined },
    ),
  );
  return fc.tuple(...fields).map((faults) => faults.filter((fault) => fault !== undefined));
}

function inBody(fields: Readonly<Partial<Record<string, string>>>): Fault[] {
  return Object.entries(fields).map(([field, value = 'null']) => ({ part: 'body', field, value }));
}

function hostileFaultsOf({ fields }: Target): fc.Arbitrary<Fault[]> {
  if (fields.length === 0) return fc.constant([]);
  const fault = fc
    .constantFrom(...fields)
    .chain((field) =>
      fc
        .constantFrom(...(field.part === 'body' ? HOSTILE_BODY_VALUES : HOSTILE_URL_VALUES))
        .map((value): Fault => ({ ...field, value })),
    );
  return fc.array(fault, { maxLength: 2 });
}

/** Source text for the fields of a body, generated from the API description. */
function bodyArbitrary(
  { description }: Operation,
  ids: readonly string[],
): fc.Arbitrary<Readonly<Partial<Record<string, string>>>> {
  const schema = description.requestBody?.content['application/json']?.schema;
  const item = schema?.type === 'array' ? (schema.items as JsonSchema) : schema;
  const properties = Object.entries((item?.properties ?? {}) as Record<string, JsonSchema>);
  const fields = Object.fromEntries(
    properties.map(([name, property]) => [
      name,
      valueArbitrary(property, ids).map((value) => JSON.stringify(value)),
    ]),
  );
  return fc.record(fields, { requiredKeys: [] });
}

/** Values that a schema allows. The schema's examples replace patterns that fast-check does not support. */
function valueArbitrary(schema: JsonSchema, ids: readonly string[]): fc.Arbitrary<unknown> {
  const { type, examples = [], pattern, format } = schema;
  const alternatives = (schema.anyOf ?? schema.oneOf) as readonly JsonSchema[] | undefined;
  if (alternatives !== undefined) return fc.oneof(...alternatives.map((one) => valueArbitrary(one, ids)));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if (format === 'uuid') return fc.oneof(fc.constantFrom(...ids), fc.uuid());
  if (format === 'date') return dates.map((date) => date.toString());
  if (format === 'date-time') return instants.map((instant) => instant.toString({ smallestUnit: 'second' }));
  if (format === 'iban') return fc.constantFrom('DE89370400440532013000', 'FR1420041010050500013M02606');
  const known = fc.constantFrom(...(examples as readonly unknown[]), 'EUR', 'abc');
  if (typeof pattern === 'string') {
    const isWritable = !/\\p|\(\?/.test(pattern);
    return isWritable ? fc.oneof(fc.stringMatching(new RegExp(pattern)), known) : known;
  }
  switch (Array.isArray(type) ? type[0] : type) {
    case 'string':
      return textArbitrary(schema);
    case 'integer':
      return fc.integer({ min: Number(schema.minimum ?? 0), max: Number(schema.maximum ?? 1_000) });
    case 'number':
      return fc.integer({ min: 1, max: 1_000_000 }).map((units) => units / 10_000);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valueArbitrary((schema.items ?? {}) as JsonSchema, ids), { maxLength: 4 });
    case 'object':
      return objectArbitrary(schema, ids);
    default:
      return fc.jsonValue();
  }
}

function textArbitrary({ minLength = 0, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  const bounds = { minLength: Number(minLength), maxLength: Math.min(300, Number(maxLength)) };
  return fc.oneof(fc.string(bounds), fc.string({ ...bounds, unit: 'grapheme' }));
}

function objectArbitrary({ properties = {} }: JsonSchema, ids: readonly string[]): fc.Arbitrary<object> {
  const fields = Object.entries(properties as Record<string, JsonSchema>);
  return fc.record(Object.fromEntries(fields.map(([name, schema]) => [name, valueArbitrary(schema, ids)])));
}

const dates = fc
  .integer({ min: -800, max: 800 })
  .map((days) => Temporal.PlainDate.from('2026-03-14').add({ days }));

const instants = fc
  .integer({ min: -100_000_000, max: 1_000 })
  .map((seconds) => Temporal.Instant.from('2026-03-14T09:26:53Z').add({ seconds }));
