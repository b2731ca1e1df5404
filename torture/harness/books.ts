import { execFile } from 'node:child_process';
import { type Acknowledgements, type Entry, nameOf, type Operation } from './acknowledgements.ts';
import type { Postgres } from './postgres.ts';
import type { Programme } from './programme.ts';
import { PRESENT, type Version } from './version.ts';

type Checked = {
  readonly postgres: Pick<Postgres, 'url' | 'query'>;
  readonly programme: Programme;
  readonly acknowledgements: Acknowledgements;
};

/**
 * Compares the acknowledgements of the clients with the database: rows, journal, balances, audit records, and the result
 * of `ledger-verify`. Returns one sentence per difference.
 */
export async function compareBooks(checked: Checked): Promise<string[]> {
  const { postgres, programme, acknowledgements } = checked;
  return [
    ...acknowledgements.contradictions(),
    ...(await comparePurchases(checked)),
    ...(await comparePayouts(checked)),
    ...(await compareSources(postgres)),
    ...(await verifyLedger(postgres.url, programme)),
  ];
}

type PurchaseRow = {
  id: string;
  external_id: string;
  user_id: string;
  merchant_id: string;
  cents: string;
  status: string;
  reward_cents: string;
};

/** Checks that no acknowledged purchase is lost, no unsent one is recorded, and each row equals its request and response. */
async function comparePurchases({ postgres, acknowledgements }: Checked): Promise<string[]> {
  const rows = await postgres.query<PurchaseRow>(`
    select purchases.id, external_id, purchases.user_id, merchant_id, (purchases.amount * 100)::bigint::text as cents,
      purchases.status, (cashback_transactions.amount * 100)::bigint::text as reward_cents
    from purchases join cashback_transactions on purchase_id = purchases.id`);
  const entries = entriesByName(acknowledgements);
  const violations: string[] = [];
  const seen = new Set<string>();

  for (const row of rows) {
    const name = `purchase ${row.external_id}`;
    const entry = entries.get(name);
    if (seen.has(name)) violations.push(`${name} is recorded twice`);
    seen.add(name);
    if (entry?.operation.kind !== 'purchase') {
      violations.push(`${name} is recorded, but was never sent`);
      continue;
    }
    const { userId, merchantId, cents, rewardCents } = entry.operation;
    if (row.user_id !== userId || row.merchant_id !== merchantId || Number(row.cents) !== cents)
      violations.push(`${name} is recorded other than it was sent`);
    if (rewardCents !== undefined && Number(row.reward_cents) !== rewardCents)
      violations.push(`${name} is rewarded with ${row.reward_cents} instead of ${rewardCents} cents`);
    violations.push(...contradictionsOf(name, entry, { id: row.id, cents: Number(row.reward_cents) }));
    violations.push(...settlementViolations(row, entry.operation, entries));
  }
  for (const [name, { operation, done }] of entries) {
    if (operation.kind === 'purchase' && done !== undefined && !seen.has(name))
      violations.push(`${name} was acknowledged and is lost`);
  }
  return violations;
}

/** Compares an existing row with the log of the clients. */
function contradictionsOf(
  name: string,
  { done, sent, refused }: Entry,
  row: { readonly id: string; readonly cents: number },
): string[] {
  if (done !== undefined) {
    return done.id === row.id && done.cents === row.cents
      ? []
      : [
          `${name} was acknowledged as ${done.id} over ${done.cents} and is ${row.id} over ${row.cents} cents`,
        ];
  }
  return sent === refused ? [`${name} was refused each time it was sent, and took effect`] : [];
}

/** Checks that a purchase has the status that its clients saw. A settlement without a response may or may not have happened. */
function settlementViolations(
  { id, status }: PurchaseRow,
  { isConfirmedByJob = false }: Extract<Operation, { kind: 'purchase' }>,
  entries: ReadonlyMap<string, Entry>,
): string[] {
  const confirmation = entries.get(`confirm ${id}`);
  const reversal = entries.get(`reverse ${id}`);
  const mayBe = new Set<string>();
  if (reversal?.done !== undefined) mayBe.add('reversed');
  else {
    if (confirmation?.done === undefined) mayBe.add('pending');
    if (isConfirmedByJob || (confirmation !== undefined && confirmation.sent > confirmation.refused))
      mayBe.add('confirmed');
    if (reversal !== undefined && reversal.sent > reversal.refused) mayBe.add('reversed');
  }
  return mayBe.has(status)
    ? []
    : [`purchase ${id} is ${status}, and its clients know it as ${[...mayBe].join(' or ')}`];
}

type PayoutRow = { id: string; user_id: string; cents: string; key: string | null };

async function comparePayouts({ postgres, acknowledgements }: Checked): Promise<string[]> {
  const rows = await postgres.query<PayoutRow>(`
    select payouts.id, user_id, (amount * 100)::bigint::text as cents, idempotency_keys.key
    from payouts left join idempotency_keys on caller_id = user_id and outcome -> 'answer' ->> 'id' = payouts.id::text`);
  const entries = entriesByName(acknowledgements);
  const violations: string[] = [];
  const seen = new Set<string>();
  /** Payouts without a key by user and amount, because nothing else identifies them in the database. */
  const keyless = new Map<string, number>();

  for (const { id, user_id, cents, key } of rows) {
    if (key === null) {
      const name = `${user_id} ${cents}`;
      keyless.set(name, (keyless.get(name) ?? 0) + 1);
      continue;
    }
    const name = `payout ${user_id} ${key}`;
    const entry = entries.get(name);
    if (seen.has(name)) violations.push(`${name} was made twice`);
    seen.add(name);
    if (entry === undefined) violations.push(`${name} was made, but never requested`);
    else violations.push(...contradictionsOf(name, entry, { id, cents: Number(cents) }));
  }
  for (const [name, { operation, done }] of entries) {
    if (operation.kind === 'payout' && done !== undefined && !seen.has(name))
      violations.push(`${name} was acknowledged and is lost`);
  }
  return [...violations, ...keylessViolations(acknowledgements, keyless, rows)];
}

/** Checks the number of payouts without a key: at least those acknowledged, at most those that may have been done. */
function keylessViolations(
  acknowledgements: Acknowledgements,
  made: ReadonlyMap<string, number>,
  rows: readonly PayoutRow[],
): string[] {
  const ids = new Set(rows.map(({ id }) => id));
  const bounds = new Map<string, { least: number; most: number }>();
  const violations: string[] = [];
  for (const { operation, done, sent, refused } of acknowledgements.entries()) {
    if (operation.kind !== 'keyless payout') continue;
    const name = `${operation.userId} ${operation.cents}`;
    const { least, most } = bounds.get(name) ?? { least: 0, most: 0 };
    bounds.set(name, {
      least: least + (done === undefined ? 0 : 1),
      most: most + (sent > refused ? 1 : 0),
    });
    if (done !== undefined && !ids.has(done.id))
      violations.push(`${nameOf(operation)} was acknowledged and is lost`);
  }
  for (const name of new Set([...bounds.keys(), ...made.keys()])) {
    const { least, most } = bounds.get(name) ?? { least: 0, most: 0 };
    const count = made.get(name) ?? 0;
    if (count < least || count > most)
      violations.push(
        `payouts without a key of ${name} cents: ${count} were made, ${least} to ${most} were asked for`,
      );
  }
  return violations;
}

/**
 * Finds effects without a response. There must be none after a process has ended normally and while no client waits.
 */
export async function findUnansweredEffects({ postgres, acknowledgements }: Checked): Promise<string[]> {
  const open = acknowledgements
    .entries()
    .filter(({ done, sent, refused }) => done === undefined && sent > refused);
  const effects = await Promise.all(
    open.map(async ({ operation }) => {
      const [row] = await findEffect(postgres, operation);
      return row === undefined ? [] : [nameOf(operation)];
    }),
  );
  return effects.flat();
}

function findEffect({ query }: Pick<Postgres, 'query'>, operation: Operation): Promise<object[]> {
  switch (operation.kind) {
    case 'purchase':
      return query('select from purchases where external_id = $1', [operation.externalId]);
    case 'confirm':
      return query(`select from purchases where id = $1 and status = 'confirmed'`, [operation.purchaseId]);
    case 'reverse':
      return query(`select from purchases where id = $1 and status = 'reversed'`, [operation.purchaseId]);
    case 'payout':
      return query('select from idempotency_keys where caller_id = $1 and key = $2', [
        operation.userId,
        operation.key,
      ]);
    case 'keyless payout':
      throw new Error('a payout without a key has no name in the database');
  }
}

function entriesByName(acknowledgements: Acknowledgements): ReadonlyMap<string, Entry> {
  return new Map(acknowledgements.entries().map((entry) => [nameOf(entry.operation), entry]));
}

/** Checks that each wallet equals the sum of its purchases, payouts and adjustments, and that each change has an audit record. */
export async function compareSources(postgres: Pick<Postgres, 'query'>): Promise<string[]> {
  const violations: string[] = [];
  for (const [sentence, statement] of Object.entries(DIFFERENCES)) {
    const rows = await postgres.query(`${statement} limit 5`);
    for (const row of rows) violations.push(`${sentence}: ${JSON.stringify(row)}`);
  }
  return violations;
}

/** Each reward with its present amount, which the latest revision of its purchase says, if there is one. */
const PRESENT_REWARDS = `
  present_rewards as (
    select cashback_transactions.*, coalesce(latest.reward, cashback_transactions.amount) as present
    from cashback_transactions
      left join (
        select distinct on (purchase_id) purchase_id, reward from purchase_revisions order by purchase_id, seq desc
      ) as latest using (purchase_id)
  )`;

/** Queries that return no rows if the books are right, by the meaning of a row. */
const DIFFERENCES = {
  'a wallet differs from its sources': `
    with ${PRESENT_REWARDS}, rewards as (
      select purchases.user_id, present_rewards.currency,
        coalesce(sum(present) filter (where present_rewards.status = 'pending'), 0) as pending,
        coalesce(sum(present) filter (where present_rewards.status = 'available'), 0) as confirmed
      from purchases join present_rewards on purchase_id = purchases.id group by 1, 2
    ), withdrawn as (
      select user_id, currency, sum(amount) as amount from payouts
      where status not in ('failed', 'cancelled', 'returned') group by 1, 2
    ), adjusted as (
      select user_id, currency,
        coalesce(sum(amount) filter (where direction = 'credit'), 0)
          - coalesce(sum(amount) filter (where direction = 'debit'), 0) as amount
      from adjustments
      where not needs_four_eyes
        or exists (select from adjustment_decisions where adjustment_id = id and verdict = 'approved')
      group by 1, 2
    )
    select wallets.user_id, wallets.pending, wallets.available, wallets.paid,
      rewards.pending as rewards_pending, rewards.confirmed, withdrawn.amount as withdrawn, adjusted.amount as adjusted
    from wallets
      left join rewards using (user_id, currency)
      left join withdrawn using (user_id, currency)
      left join adjusted using (user_id, currency)
    where wallets.pending <> coalesce(rewards.pending, 0)
      or wallets.paid <> coalesce(withdrawn.amount, 0)
      or wallets.available <>
        coalesce(rewards.confirmed, 0) + coalesce(adjusted.amount, 0) - coalesce(withdrawn.amount, 0)`,
  'a reward has another status than its purchase': `
    select purchase_id, cashback_transactions.status, purchases.status as purchase_status
    from cashback_transactions join purchases on purchases.id = purchase_id
    where (purchases.status, cashback_transactions.status) not in
      (('pending', 'pending'), ('confirmed', 'available'), ('reversed', 'reversed'))
      and not (
        purchases.status = 'confirmed' and cashback_transactions.status = 'pending'
        and release_queue is not null and released_at is null
      )`,
  'a purchase has no reward': `
    select id from purchases where not exists (select from cashback_transactions where purchase_id = purchases.id)`,
  'a journal entry has no source': `
    select id, type, source_id from wallet_entries
    where not exists (select from purchases where id = source_id)
      and not exists (select from purchase_revisions where id = source_id)
      and not exists (select from payouts where id = source_id)
      and not exists (select from adjustments where id = source_id)`,
  'a cap counts other rewards than there are': `
    with ${PRESENT_REWARDS}, rewarded as (
      select user_id, coalesce(cap_group, offer_id) as offer_id, cap_month as month,
        sum(present) filter (where status <> 'reversed') as amount
      from present_rewards where cap_month is not null group by 1, 2, 3
    )
    select user_id, offer_id, month, used, rewarded.amount
    from cashback_cap_usage full join rewarded using (user_id, offer_id, month)
    where coalesce(used, 0) <> coalesce(rewarded.amount, 0)`,
  'a change has not one audit record': `
    with changes as (
      select id, 'purchase.recorded' as action from purchases
      union all select id, 'purchase.confirmed' from purchases where confirmed_at is not null
      union all select id, 'purchase.reversed' from purchases where status = 'reversed'
      union all select id, 'payout.requested' from payouts
    ), records as (
      select resource_id as id, action, count(*) as count from audit_logs
      where outcome = 'success'
        and action in ('purchase.recorded', 'purchase.confirmed', 'purchase.reversed', 'payout.requested')
      group by 1, 2
    )
    select id, action, coalesce(count, 0)::int as records from changes full join records using (id, action)
    where coalesce(count, 0) <> 1 or changes.id is null`,
} as const;

/** Runs `npm run ledger-verify` of a version while the platform works, and returns its result. */
export function verifyLedger(
  databaseUrl: string,
  { secrets }: Pick<Programme, 'secrets'>,
  { directory }: Pick<Version, 'directory'> = PRESENT,
): Promise<string[]> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['src/cli/ledger-verify.ts'],
      {
        cwd: directory,
        env: {
          PATH: process.env.PATH,
          NODE_ENV: 'production',
          DATABASE_URL: databaseUrl,
          JWT_KEYS: `bench:${secrets.jwtSecret}`,
          ENCRYPTION_KEYS: `bench:${secrets.encryptionKey}`,
        },
      },
      (error, stdout, stderr) => {
        if (error === null) resolve([]);
        else
          resolve([`ledger-verify ended with ${error.code}: ${`${stdout}${stderr}`.trim().slice(-1_000)}`]);
      },
    );
  });
}
