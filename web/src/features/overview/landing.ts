import type { Me } from '#app/me.ts';

/** Where a day of work begins: fraud with its queue, partnerships with offers, all others with the overview. */
export function landingOf({ staff_roles: roles }: Pick<Me, 'staff_roles'>): string | undefined {
  if (roles.length !== 1) return undefined;
  if (roles[0] === 'fraud') return '/holds';
  return roles[0] === 'partnerships' ? '/offers' : undefined;
}

let hasLanded = false;

/** Whether this is the first page since the app started. A person who opens the overview later means it. */
export function isFirstPage(): boolean {
  const isFirst = !hasLanded;
  hasLanded = true;
  return isFirst;
}
