import { type Area, type AreaContext, scaled } from '../area.ts';
import { compareSources, verifyLedger } from '../harness/books.ts';
import { openClient } from '../harness/client.ts';
import { concurrently } from '../harness/concurrently.ts';
import { euros } from '../harness/operations.ts';
import { startPlatform } from '../harness/platform.ts';
import { startPostgres } from '../harness/postgres.ts';
import { openProgramme } from '../harness/programme.ts';
import { inCents, payout, tally, unexpected } from '../harness/requests.ts';

const CONNECTIONS = 256;
/** The balance of a shopper of the programme, in cents. */
const BALANCE = 10_000_000;
/** One in this many withdrawals is covered. */
const COVERED_ONE_IN = 12;
const OVERLOAD = '503 OVERLOADED';

/** All callers withdraw from one wallet. Exactly as many withdrawals must succeed as the wallet can pay. */
export const storm: Area = {
  name: 'storm',
  title: `withdrawals from one wallet over ${CONNECTIONS} connections`,
  run: withdrawFromOneWallet,
};

async function withdrawFromOneWallet(context: AreaContext) {
  const { directory, say } = context;
  const withdrawals = scaled(context, 100_000, 3_000);
  const cents = Math.floor((BALANCE * COVERED_ONE_IN) / withdrawals) + 7;
  const postgres = await startPostgres(directory);
  const programme = await openProgramme(postgres.url, { users: 2 });
  const { secrets, tokens, users } = programme;
  const [token = ''] = tokens;
  const deadlocksBefore = await countDeadlocks();
  const platform = await startPlatform({ databaseUrl: postgres.servingUrl, secrets, directory });
  await platform.ready();
  const client = openClient({ connections: CONNECTIONS });

  say(`${withdrawals} withdrawals of ${euros(cents)} from a wallet of ${euros(BALANCE)}`);
  const started = performance.now();
  const replies = await concurrently(CONNECTIONS, withdrawals, () =>
    client.send(platform.url, payout(token, cents)),
  );
  const seconds = (performance.now() - started) / 1000;
  client.close();
  await platform.terminate();

  const acknowledged = replies.filter(({ status }) => status === 201).map(({ body }) => body.id as string);
  const kinds = tally(replies);
  const violations = [
    ...unexpected(replies, ['201', '409 INSUFFICIENT_BALANCE', OVERLOAD]),
    ...(await differencesFromRows(acknowledged)),
    ...(await compareSources(postgres)),
    ...(await verifyLedger(postgres.url, programme)),
  ];
  // Counted after the platform has stopped, because a connection may report its statistics only when it ends.
  const deadlocks = (await countDeadlocks()) - deadlocksBefore;
  await postgres.stop();
  return {
    figures: [
      { name: 'withdrawals', value: withdrawals },
      { name: 'succeeded', value: acknowledged.length, goal: { exactly: Math.floor(BALANCE / cents) } },
      { name: 'insufficient balance', value: kinds.get('409 INSUFFICIENT_BALANCE') ?? 0 },
      { name: 'overloaded', value: kinds.get(OVERLOAD) ?? 0 },
      { name: 'deadlocks', value: deadlocks, goal: { exactly: 0 } },
      { name: 'rate', value: Math.round(withdrawals / seconds), unit: 'a second' },
    ],
    violations,
  };

  /** Checks that exactly the acknowledged payouts are recorded, and that the wallet has paid each of them once. */
  async function differencesFromRows(ids: readonly string[]): Promise<string[]> {
    const rows = await postgres.query<{ id: string }>('select id from payouts where user_id = $1', [
      users[0],
    ]);
    const [wallet] = await postgres.query<{ available: string; paid: string }>(
      'select available, paid from wallets where user_id = $1',
      [users[0]],
    );
    const recorded = new Set(rows.map(({ id }) => id));
    const lost = ids.filter((id) => !recorded.has(id)).length;
    const paid = inCents(wallet?.paid ?? '0');
    const available = inCents(wallet?.available ?? '0');
    return [
      lost > 0 && `${lost} acknowledged withdrawals are not recorded`,
      recorded.size !== ids.length &&
        `${ids.length} withdrawals were acknowledged, ${recorded.size} are recorded`,
      paid !== ids.length * cents && `the wallet paid ${euros(paid)} for ${ids.length} of ${euros(cents)}`,
      paid + available !== BALANCE &&
        `the wallet holds ${euros(paid + available)} instead of ${euros(BALANCE)}`,
    ].filter((problem) => problem !== false);
  }

  async function countDeadlocks(): Promise<number> {
    const [row] = await postgres.query<{ deadlocks: number }>(
      'select sum(deadlocks)::int as deadlocks from pg_stat_database',
    );
    return row?.deadlocks ?? Number.NaN;
  }
}
