import { SETTINGS_BY_TOPIC } from '../../src/settings.ts';
import { code, page, table } from './markdown.ts';

const INTRODUCTION = `
This page lists every setting. Each is an environment variable with a default that suits development.

The npm scripts also read them from the file \`.env\` beside \`package.json\`, or from the file that \`ENV_FILE\` names. A
variable that is set takes precedence over the file. An empty variable counts as not set. A process with a wrong value
does not start: it names the variable and what it must be. Relative paths start in the folder in which npm was called.

In production set at least \`NODE_ENV\`, \`DATABASE_URL\`, \`JWT_KEYS\`, \`ENCRYPTION_KEYS\` and \`PUBLIC_URL\`;
[operations.md](operations.md) explains the start and the rotation of keys.
`.trim();

const EMBEDDED_SERVER = `
## Where the embedded server listens

It listens on loopback only, on a free port, with a password of its own. Started as root, it runs as the user
\`postgres\`. If that user may not enter the clone, the data goes to \`/var/lib/clicknback\`, and the summary of
\`make up\` says so.
`.trim();

export function configurationPage(): string {
  const tables = Object.entries(SETTINGS_BY_TOPIC).map(([topic, settings]) => {
    const rows = Object.entries(settings).map(([name, { shown }]) => [
      code(name),
      shown.fallback,
      shown.values,
      shown.meaning,
    ]);
    return `## ${topic}\n\n${table(['Variable', 'Default', 'Values', 'Meaning'], rows)}`;
  });
  return page('Configuration', 'src/settings.ts', [INTRODUCTION, ...tables, EMBEDDED_SERVER]);
}
