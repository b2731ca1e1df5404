/** The staff roles, in the order in which they are shown. */
export const STAFF_ROLES = ['support', 'finance', 'partnerships', 'fraud', 'administrator'] as const;

export type StaffRole = (typeof STAFF_ROLES)[number];

/**
 * What staff may change, and the roles that permit it. Administrators may do everything. All staff may read everything
 * except bank details.
 */
const PERMITTED_TO = {
  'staff:manage': [],
  'users:send-password-link': ['support'],
  'users:set-status': ['fraud'],
  'users:import': ['partnerships'],
  'wallets:credit': ['support', 'finance'],
  'wallets:adjust': ['finance'],
  'payouts:process': ['finance'],
  'payouts:read-bank-details': ['finance'],
  'merchants:write': ['partnerships'],
  'offers:write': ['partnerships'],
  'partners:write': ['partnerships'],
  'webhooks:manage': ['partnerships'],
  'purchases:write': ['fraud'],
  'purchases:settle': ['fraud'],
  'ceilings:write': ['fraud'],
  'feature-flags:write': ['fraud'],
} as const satisfies Readonly<Record<string, readonly StaffRole[]>>;

export type Permission = keyof typeof PERMITTED_TO;

export const PERMISSIONS = Object.keys(PERMITTED_TO) as Permission[];

export function permissionsOf(roles: readonly StaffRole[]): Permission[] {
  if (roles.includes('administrator')) return PERMISSIONS;
  return PERMISSIONS.filter((permission) => PERMITTED_TO[permission].some((role) => roles.includes(role)));
}

/** Each role once, in the order of STAFF_ROLES. */
export function orderedRoles(roles: readonly StaffRole[]): StaffRole[] {
  return STAFF_ROLES.filter((role) => roles.includes(role));
}
