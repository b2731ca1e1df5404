import type { Scenario } from '../load/plan.ts';
import type { Api } from '../platform.ts';
import { type Bench, inWords, type Section, send } from './section.ts';

const SHOPPERS = 1_000;
const SHOPPER_CONNECTIONS = 32;
const ADMIN_CONNECTIONS = 16;
const LOGIN_CONNECTIONS = 4;

/** The reads that shoppers make most often. */
export const wallet: Section = {
  name: 'wallet',
  run: async (bench, api) => {
    for (const path of ['/users/me/wallet', '/users/me/wallet/transactions']) {
      const tokens = bench.programme.tokensOfUsers(SHOPPERS);
      await measureRequests(bench, api, 'wallet', path, { kind: 'reads', path, tokens }, SHOPPER_CONNECTIONS);
    }
  },
};

/** First pages of the large lists; `npm run bench-lists` asks for all of them, at ten million purchases. */
export const lists: Section = {
  name: 'lists',
  run: async (bench, api) => {
    for (const path of ['/purchases', '/audit-logs']) {
      const tokens = [bench.programme.tokenOfAdmin()];
      await measureRequests(bench, api, 'lists', path, { kind: 'reads', path, tokens }, ADMIN_CONNECTIONS);
    }
  },
};

/** Slow on purpose: a password is hashed for each. */
export const login: Section = {
  name: 'login',
  run: async (bench, api) => {
    const { emails, password } = bench.programme;
    const load = inWords(LOGIN_CONNECTIONS);
    await measureRequests(bench, api, 'login', load, { kind: 'logins', emails, password }, LOGIN_CONNECTIONS);
  },
};

async function measureRequests(
  { measure, seconds }: Bench,
  api: Api,
  name: string,
  load: string,
  scenario: Scenario,
  connections: number,
): Promise<void> {
  const run = () => send([api], scenario, { connections, seconds });
  await measure({ name, load, unit: 'requests', apis: [api], run });
}
