import { code, page, table } from './markdown.ts';
import type { RegisteredRoute } from './registered-routes.ts';

const INTRODUCTION = `
This page says in which file a request ends up. Start in that file and follow the definitions: route, service,
repository. URLs and modules differ in places: \`/users/…\` is served by several modules.

\`user\` is a shopper and \`admin\` an administrator, both with an access token. \`partner\` is a machine with an API key
that has the scope in brackets. \`public\` needs no token.
`.trim();

export function routesPage(routes: readonly RegisteredRoute[]): string {
  const sorted = routes.toSorted(
    (one, other) => compare(one.path, other.path) || compare(one.method, other.method),
  );
  const rows = sorted.map(({ method, path, access, scope, file }) => [
    method,
    code(path),
    access.map((caller) => (caller === 'partner' ? `partner (${code(scope)})` : caller)).join(', '),
    `[${file.replace(/^src\/(modules\/)?/, '')}](../${file})`,
  ]);
  return page('Routes', 'the routes that the platform registers', [
    INTRODUCTION,
    table(['Method', 'Path', 'Who', 'File'], rows),
  ]);
}

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
