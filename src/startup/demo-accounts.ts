import type { StaffRole } from '../modules/identity/users/index.ts';

/** The password of all demo accounts. It is published, so production refuses it. */
export const DEMO_PASSWORD = 'Str0ng!Pass';

type DemoAccount = { readonly email: string; readonly staffRole?: StaffRole };

/** The first one is the administrator. Accounts without a staff role are shoppers. */
export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  { email: 'carol@clicknback.com', staffRole: 'administrator' },
  { email: 'fred@clicknback.com', staffRole: 'finance' },
  { email: 'sara@clicknback.com', staffRole: 'support' },
  { email: 'paul@clicknback.com', staffRole: 'partnerships' },
  { email: 'fay@clicknback.com', staffRole: 'fraud' },
  { email: 'alice@clicknback.com' },
  { email: 'bob@clicknback.com' },
  { email: 'dave@clicknback.com' },
];

/** As the apps offer them in development. */
export function demoLogins() {
  return DEMO_ACCOUNTS.map(({ email, staffRole }) => ({
    email,
    password: DEMO_PASSWORD,
    client: staffRole === undefined ? ('wallet' as const) : ('console' as const),
  }));
}
