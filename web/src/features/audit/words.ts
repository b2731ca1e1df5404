import type { AuditLog } from '#app/client.ts';
import type { en } from '#messages/audit.ts';

/** `Changed the merchant`, or the platform's own name of an action that this page does not know. */
export function actionText(action: string, t: typeof en): string {
  return t.actions[action] ?? action;
}

export function resourceText(type: string, t: typeof en): string {
  return t.resources[type] ?? type;
}

const PAGES: Readonly<Record<string, string>> = {
  merchant: '/merchants/$id',
  partner: '/partners/$id',
  payout: '/payouts/$id',
  purchase: '/purchases/$id',
  user: '/shoppers/$id',
};

/** The page of what a record is about, where the console has one. */
export function pageOf({ resource_type: type, resource_id: id }: AuditLog) {
  const to = PAGES[type];
  return to === undefined ? undefined : { to, params: { id } };
}

export type Detail = { readonly name: string; readonly value: string };

/** The facts of a record, one by one: names as the API has them, lists joined, nothing hidden. */
export function detailsOf({ details }: Pick<AuditLog, 'details'>): Detail[] {
  return Object.entries(details).map(([name, value]) => ({
    name: name.replaceAll('_', ' '),
    value: valueText(value),
  }));
}

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(valueText).join(', ');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, inner]) => `${name.replaceAll('_', ' ')}: ${valueText(inner)}`)
      .join('; ');
  return String(value);
}
