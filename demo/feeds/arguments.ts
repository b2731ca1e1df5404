import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DemoError } from './demo-error.ts';

/** The administrator in the demo data of a development platform. */
const DEMO_ADMIN = { email: 'carol@clicknback.com', password: 'Str0ng!Pass' };

export const USAGE = `Plays a feed of purchases through the running platform.

  make demo                          a feed that the project makes itself
  make demo FEED=path.csv            a file of purchases, as docs/demo.md describes it
  make demo FEED=path.csv ARGS=--json

  --feed path     the feed to play
  --url url       address of the platform. Defaults to http://localhost:$PORT, or port 8000
  --json          the result as JSON, and nothing else

  DEMO_ADMIN_EMAIL and DEMO_ADMIN_PASSWORD name the admin, where the demo data is not loaded.`;

/** @throws DemoError if an argument is unknown or invalid. */
export function readArguments(argv: readonly string[], environment: NodeJS.ProcessEnv) {
  const { feed, url, json, help } = parse(argv);
  return {
    // npm runs this in the directory of the project. INIT_CWD is the directory in which npm was called.
    feedPath: feed && resolve(environment.INIT_CWD ?? '', feed),
    json,
    help,
    url: readUrl(url ?? `http://localhost:${environment.PORT?.trim() || 8000}`),
    email: environment.DEMO_ADMIN_EMAIL || DEMO_ADMIN.email,
    password: environment.DEMO_ADMIN_PASSWORD || DEMO_ADMIN.password,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        feed: { type: 'string' },
        url: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new DemoError(`${(error as Error).message}. --help lists what there is.`);
  }
}

/** Returns the URL of the platform without a trailing slash and without the base path of the API. */
function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new DemoError(`${text} is not an address of a platform, such as http://localhost:8000.`);
  }
  return url.href.replace(/\/+$/, '');
}
