/** The password of all demo accounts. It is published, so production refuses it. */
export const DEMO_PASSWORD = 'Str0ng!Pass';

export const DEMO_USERS = [
  { email: 'carol@clicknback.com', role: 'admin' },
  { email: 'alice@clicknback.com', role: 'user' },
  { email: 'bob@clicknback.com', role: 'user' },
  { email: 'dave@clicknback.com', role: 'user' },
] as const;

/** As the apps offer them in development. */
export function demoLogins() {
  return DEMO_USERS.map(({ email, role }) => ({
    email,
    password: DEMO_PASSWORD,
    client: role === 'admin' ? ('console' as const) : ('wallet' as const),
  }));
}
