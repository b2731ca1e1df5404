import type { TSchema } from 'typebox';
import { csvLine, guardedCell } from './csv.ts';

/* Items of the API as lines of CSV. Pure. */

/** A column and where its value is in an item. The name is that of the JSON, nested by `.`. */
export type Column = { readonly name: string; readonly path: readonly string[] };

type ObjectSchema = {
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly anyOf?: readonly TSchema[];
};

/** The columns of an item by its schema, so that an empty list has them too. Lists and free objects are one column each. */
export function columnsOf(item: TSchema, path: readonly string[] = []): readonly Column[] {
  return Object.entries(propertiesOf(item) ?? {}).flatMap(([name, property]) => {
    const inner = [...path, name];
    const isNested = Object.keys(propertiesOf(property) ?? {}).length > 0;
    return isNested ? columnsOf(property, inner) : [{ name: inner.join('.'), path: inner }];
  });
}

/** Also of an object that may be null. */
function propertiesOf(schema: TSchema): ObjectSchema['properties'] {
  const { properties, anyOf = [] } = schema as ObjectSchema;
  return properties ?? anyOf.map(propertiesOf).find((found) => found !== undefined);
}

export function headerOf(columns: readonly Column[]): string {
  return csvLine(columns.map(({ name }) => name));
}

export function lineOf(item: unknown, columns: readonly Column[]): string {
  return csvLine(columns.map(({ path }) => cellOf(path.reduce(valueIn, item))));
}

function valueIn(value: unknown, name: string): unknown {
  return (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return isNumber(value) ? value : guardedCell(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Amounts are text in JSON, and no formula below zero either. */
function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}
