import type { Days } from './dates.ts';

/** The instants of days in the local time zone, for the filters of the API: from midnight to the last second, both included. */
export function instantsOf({ from, to }: Partial<Days>): { readonly from?: string; readonly to?: string } {
  return {
    ...(from !== undefined && { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(to !== undefined && { to: new Date(`${to}T23:59:59`).toISOString() }),
  };
}
