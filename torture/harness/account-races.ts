import { PASSWORD, type Person } from '../../tests/support/platform.ts';
import { exactly, type Race, statuses } from './races.ts';

const OTHER_PASSWORD = 'An0ther!Pass';

export const ACCOUNT_RACES: readonly Race[] = [
  {
    name: 'registrations with one email',
    async run({ together, unique }) {
      const body = { email: `${unique()}@example.com`, password: PASSWORD };
      return exactly(1, await together(4, (api) => api('POST', '/users', { body })));
    },
  },
  {
    name: 'changes of one password',
    async run({ platform, together }) {
      const user = await platform.registerUser();
      const answers = await together(4, (api, number) =>
        api('PATCH', '/users/me/password', {
          token: user.token,
          body: { current_password: PASSWORD, new_password: `${OTHER_PASSWORD}${number}` },
        }),
      );
      return exactly(1, answers);
    },
  },
  {
    name: 'logins while the password is changed',
    async run({ platform, together }) {
      const user = await platform.registerUser();
      const credentials = { email: user.email, password: PASSWORD };
      const answers = await together(6, (api, number) =>
        number === 2
          ? api('PATCH', '/users/me/password', {
              token: user.token,
              body: { current_password: PASSWORD, new_password: OTHER_PASSWORD },
            })
          : api('POST', '/auth/login', { body: credentials }),
      );
      if (answers[2]?.status !== 204) return `the password was not changed: ${statuses(answers)}`;
      return survivors(platform.api, answers);
    },
  },
  {
    name: 'logins while the account is deactivated',
    async run({ platform, together, adminToken }) {
      const user = await platform.registerUser();
      const credentials = { email: user.email, password: PASSWORD };
      const answers = await together(6, (api, number) =>
        number === 2
          ? api('PATCH', `/users/${user.id}/status`, { token: adminToken, body: { status: 'inactive' } })
          : api('POST', '/auth/login', { body: credentials }),
      );
      if ((answers[2]?.status ?? 500) >= 300) return `the account was not deactivated: ${statuses(answers)}`;
      return survivors(platform.api, answers);
    },
  },
  {
    name: 'exchanges of one refresh token',
    async run({ platform, together }) {
      const user = await platform.registerUser();
      const body = { refresh_token: user.refreshToken };
      const answers = await together(6, (api) => api('POST', '/auth/refresh', { body }));
      const successors = new Set(answers.map((answer) => answer.body.refresh_token));
      return (
        (answers.some(({ status }) => status !== 200) || successors.size !== 1) &&
        `${successors.size} successors: ${statuses(answers)}`
      );
    },
  },
  {
    name: 'uses of one password reset token',
    async run({ platform, together, adminToken }) {
      const user = await platform.registerUser();
      const reset = await platform.api('POST', `/users/${user.id}/password-reset`, { token: adminToken });
      const answers = await together(4, (api, number) =>
        api('POST', '/auth/password-reset', {
          body: { token: reset.body.token, new_password: `${OTHER_PASSWORD}${number}` },
        }),
      );
      return exactly(1, answers);
    },
  },
  {
    name: 'two administrators who deactivate each other',
    async run({ platform, together }) {
      const [one, other] = await Promise.all([admin(platform), admin(platform)]);
      // The platform's own administrator is deactivated, so that the two are the last.
      const own = platform.admin.id;
      await platform.postgres.query('update users set active = false where id = $1', [own]);
      const answers = await together(2, (api, number) => {
        const [actor, target] = number === 0 ? [one, other] : [other, one];
        return api('PATCH', `/users/${target.id}/status`, {
          token: actor.token,
          body: { status: 'inactive' },
        });
      });
      const [row] = await platform.postgres.query<{ active: number }>(
        "select count(*)::int as active from users where role = 'admin' and active",
      );
      await platform.postgres.query('update users set active = id = $1 where role = $2', [own, 'admin']);
      return row?.active !== 1 && `${row?.active} administrators are left: ${statuses(answers)}`;
    },
  },
];

async function admin({ registerUser, postgres }: Parameters<Race['run']>[0]['platform']): Promise<Person> {
  const person = await registerUser();
  await postgres.query("update users set role = 'admin', staff_roles = '{administrator}' where id = $1", [
    person.id,
  ]);
  return person;
}

/** The sessions that the concurrent change should have ended but did not. */
async function survivors(
  api: Parameters<Race['run']>[0]['platform']['api'],
  answers: Awaited<ReturnType<typeof api>>[],
): Promise<string | undefined> {
  const tokens = answers.flatMap(({ body }) => (body?.access_token === undefined ? [] : [body.access_token]));
  const later = await Promise.all(tokens.map((token) => api('GET', '/users/me', { token })));
  const alive = later.filter(({ status }) => status === 200).length;
  return alive === 0 ? undefined : `${alive} sessions outlived the change`;
}
