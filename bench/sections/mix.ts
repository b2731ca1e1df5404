import { sql } from 'kysely';
import type { Api } from '../platform.ts';
import { type Bench, buying, inWords, peakOf, type Section, send } from './section.ts';

const CONNECTIONS = 128;
const WITHDRAWING = 1_000;
/** Of each seven requests two confirm a purchase, and no mix is twice as fast as purchases alone. */
const CONFIRMATIONS_PER_PEAK = 2 * (2 / 7);

/** Payouts, confirmations and purchases at once, one to two to four: all of them lock the same wallets. */
export const mix: Section = {
  name: 'mix',
  needs: 'single',
  run: async (bench, api) => {
    const { measure, programme, seconds } = bench;
    const pendingIds = await recordPending(bench, api);
    const tokens = programme.tokensOfUsers(WITHDRAWING);
    const scenario = { kind: 'mix', ...buying(programme), pendingIds, tokens } as const;
    await measure({
      name: 'mix',
      load: inWords(CONNECTIONS),
      unit: 'requests',
      apis: [api],
      run: () => send([api], scenario, { connections: CONNECTIONS, seconds }),
    });
  },
};

/** The maximum that can be confirmed in that time. */
async function recordPending({ programme, seconds, database, ...bench }: Bench, api: Api): Promise<string[]> {
  const needed = Math.ceil(peakOf(bench).perSecond * seconds * CONFIRMATIONS_PER_PEAK);
  const ids: string[] = [];
  while (ids.length < needed) {
    const purchases = buying(programme);
    await send([api], { kind: 'purchases', ...purchases, batch: 100 }, { connections: 4, seconds: 1 });
    const { rows } = await sql<{ id: string }>`
      select id from purchases
      where partner_id = ${programme.partnerId} and starts_with(external_id, ${purchases.name}) and not held
    `.execute(database.database.db);
    ids.push(...rows.map(({ id }) => id));
  }
  return ids.slice(0, needed);
}
