import { ANY_SCOPE } from '../../src/core/http/route.ts';
import { PERMISSIONS, permissionsOf, STAFF_ROLES } from '../../src/modules/identity/users/staff.ts';
import { code, page, table } from './markdown.ts';
import type { RegisteredRoute } from './registered-routes.ts';

const INTRODUCTION = `
This page says in which file a request ends up. Start in that file and follow the definitions: route, service,
repository. URLs and modules differ in places: \`/users/…\` is served by several modules.

\`user\` is a shopper and \`admin\` a member of staff, both with an access token. A member of staff needs the permission in
brackets, which comes with a [staff role](#permissions-of-staff). \`partner\` is a machine with an API key that has the
scope in brackets, or any scope. \`public\` needs no token.
`.trim();

const STAFF = `
## Permissions of staff

All staff read everything except bank details. \`PUT /users/{id}/staff-roles\` sets the roles of a colleague.
`.trim();

export function routesPage(routes: readonly RegisteredRoute[]): string {
  const sorted = routes.toSorted(
    (one, other) => compare(one.path, other.path) || compare(one.method, other.method),
  );
  const rows = sorted.map(({ method, path, access, scope, permission, file }) => [
    method,
    code(path),
    access.map((caller) => nameOf(caller, { partner: neededScope(scope), admin: permission })).join(', '),
    `[${file.replace(/^src\/(modules\/)?/, '')}](../${file})`,
  ]);
  return page('Routes', 'the routes that the platform registers', [
    INTRODUCTION,
    table(['Method', 'Path', 'Who', 'File'], rows),
    STAFF,
    table(
      ['Permission', ...STAFF_ROLES.map(code)],
      PERMISSIONS.map((permission) => [
        code(permission),
        ...STAFF_ROLES.map((role) => (permissionsOf([role]).includes(permission) ? 'yes' : '')),
      ]),
    ),
  ]);
}

function neededScope(scope: string | undefined): string | undefined {
  return scope === ANY_SCOPE ? undefined : scope;
}

function nameOf(caller: string, needs: Readonly<Record<string, string | undefined>>): string {
  const need = needs[caller];
  return need ? `${caller} (${code(need)})` : caller;
}

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
