import { setTimeout as sleep } from 'node:timers/promises';
import { oneOf } from '../random.ts';
import { type Client, codeOf, type Reply, type Request } from './client.ts';
import { concurrently } from './concurrently.ts';
import { type Balances, contradictionsOf, type Entry, type Event } from './history.ts';
import type { Postgres } from './postgres.ts';
import type { Programme } from './programme.ts';
import type { PostgresProxy } from './proxy.ts';
import { adjustment, inCents, kindOf, payout } from './requests.ts';

const CALLERS = 16;
const FAULT_EVERY_MS = 250;
/** The money that is left to each shopper: so little that some withdrawals are refused. */
const LEFT = 20_000;
const PROGRAMME = 10_000_000;
/** Credits, debits and payouts are around this amount, each with unique cents. */
const LEAST = 1_000;

type Theatre = {
  readonly urls: readonly string[];
  readonly client: Client;
  readonly postgres: Postgres;
  readonly proxy: PostgresProxy;
  readonly programme: Programme;
  readonly random: () => number;
};

type Played = {
  readonly contradictions: string[];
  readonly kinds: ReadonlyMap<string, number>;
  readonly faults: number;
  readonly unknown: number;
};

/** Runs operations on wallets while connections break, then checks the history of each wallet. */
export async function playHistory(
  { urls, client, postgres, proxy, programme, random }: Theatre,
  { operations, users }: { readonly operations: number; readonly users: readonly string[] },
): Promise<Played> {
  const wallets = new Map(users.map((userId) => [userId, [] as Event[]]));
  const kinds = new Map<string, number>();
  for (const userId of users) await leaveLittle(userId);
  let isPlaying = true;
  const faults = breakConnections();
  await concurrently(CALLERS, operations, async (number) => {
    const userId = oneOf(random, users);
    const kind = oneOf(random, ['credit', 'credit', 'debit', 'payout', 'payout', 'read', 'read'] as const);
    await play(userId, kind, number);
  });
  isPlaying = false;
  const faultCount = await faults;
  // A transaction that was cut after COMMIT may still run.
  await untilQuiet();

  const contradictions: string[] = [];
  for (const [userId, events] of wallets) {
    const { entries, initial } = await journalOf(userId);
    contradictions.push(...contradictionsOf(events, entries, initial));
  }
  const events = [...wallets.values()].flat();
  const unknown = events.filter(({ outcome, kind }) => outcome === 'unknown' && kind !== 'read').length;
  return { contradictions, kinds, faults: faultCount, unknown };

  async function leaveLittle(userId: string): Promise<void> {
    const order = { userId, cents: PROGRAMME - LEFT, direction: 'debit', reason: 'Leave little.' } as const;
    const reply = await client.send(urls[0] ?? '', adjustment(programme.adminToken, order));
    if (reply.status !== 201) throw new Error(`a wallet was not prepared: ${kindOf(reply)}`);
  }

  async function play(userId: string, kind: Event['kind'], number: number): Promise<void> {
    const cents = kind === 'read' ? 0 : LEAST + number;
    const invoked = performance.now();
    const reply = await client.send(oneOf(random, urls), requestOf(userId, kind, cents));
    const answered = performance.now();
    kinds.set(kindOf(reply), (kinds.get(kindOf(reply)) ?? 0) + 1);
    wallets.get(userId)?.push({
      name: `${kind} ${number} of ${userId}`,
      kind,
      cents,
      invoked,
      answered,
      outcome: outcomeOf(reply),
      balances: balancesOf(kind, reply),
    });
  }

  function requestOf(userId: string, kind: Event['kind'], cents: number): Request {
    const token = programme.tokens[programme.users.indexOf(userId)] ?? '';
    if (kind === 'read') return { method: 'GET', path: '/users/me/wallet', token };
    if (kind === 'payout') return payout(token, cents);
    return adjustment(programme.adminToken, { userId, cents, direction: kind, reason: 'A history.' });
  }

  /** Alternately resets connections in the proxy and terminates sessions in PostgreSQL. Returns the number of faults. */
  async function breakConnections(): Promise<number> {
    let count = 0;
    for (; isPlaying; count += 1) {
      await sleep(FAULT_EVERY_MS * (0.5 + random()));
      if (count % 2 === 0) proxy.reset();
      else await terminateSession();
    }
    return count;
  }

  async function terminateSession(): Promise<void> {
    await postgres.query(`
      select pg_terminate_backend(pid) from (
        select pid from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and client_addr is not null
        order by (state = 'active') desc, random() limit 1
      ) as victim`);
  }

  async function untilQuiet(): Promise<void> {
    for (;;) {
      const [row] = await postgres.query<{ busy: number }>(`
        select count(*)::int as busy from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'
          and backend_type = 'client backend'`);
      if (row?.busy === 0) return;
      await sleep(20);
    }
  }

  /** Returns the entries after the two that set the initial balance, and that balance. */
  async function journalOf(userId: string): Promise<{ entries: Entry[]; initial: Balances }> {
    const rows = await postgres.query<EntryRow>(
      `select type, to_bucket, amount, available_after, paid_after from wallet_entries
       where wallet_id = (select id from wallets where user_id = $1) order by sequence offset 1`,
      [userId],
    );
    const [first, ...entries] = rows.map((row) => ({
      kind:
        row.type === 'payout'
          ? ('payout' as const)
          : row.to_bucket === 'available'
            ? ('credit' as const)
            : ('debit' as const),
      cents: inCents(row.amount),
      after: { available: inCents(row.available_after), paid: inCents(row.paid_after) },
    }));
    return { entries, initial: first?.after ?? { available: 0, paid: 0 } };
  }
}

type EntryRow = {
  readonly type: string;
  readonly to_bucket: string;
  readonly amount: string;
  readonly available_after: string;
  readonly paid_after: string;
};

/** A 503 without `outcome: unknown` promises that nothing was done. */
function outcomeOf(reply: Reply): Event['outcome'] {
  if (reply.status === 200 || reply.status === 201) return 'done';
  if (codeOf(reply) === 'INSUFFICIENT_BALANCE') return 'refused';
  const isUnknown = reply.body?.error?.details?.outcome === 'unknown';
  return reply.status === 0 || reply.status === 500 || isUnknown ? 'unknown' : 'nothing';
}

function balancesOf(kind: Event['kind'], { status, body }: Reply): Balances | undefined {
  if (status !== 200 && status !== 201) return undefined;
  const told = kind === 'read' ? body : body.wallet;
  if (told === undefined) return undefined;
  return { available: inCents(told.available_balance), paid: inCents(told.paid_balance) };
}
