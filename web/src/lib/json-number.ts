import type { Money } from './money.ts';

/** A decimal as the number of a JSON body, for the few fields of the API that are numbers: rates, caps and counts. */
export function jsonNumber(decimal: Money): number {
  return JSON.parse(decimal) as number;
}

/** A whole number as a person types it, from `least` to `most`. Undefined if it is none. */
export function parseCount(typed: string, least: number, most: number): number | undefined {
  if (!/^\d{1,9}$/.test(typed.trim())) return undefined;
  const count = Number.parseInt(typed, 10);
  return count >= least && count <= most ? count : undefined;
}
