import assert from 'node:assert/strict';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../../src/core/database/schema.generated.ts';
import type { LedgerReport } from '../../src/modules/insight/proof/index.ts';
import { proveBooks } from '../../src/modules/insight/proof/service.ts';
import { openAsOwner } from './database.ts';
import { keepExposure } from './exposed-books.ts';
import { openPartner } from './partners.ts';
import { openPayoutDesk } from './payouts.ts';
import type { startTestPlatform } from './platform.ts';
import { openShop } from './purchases-shop.ts';

/*
 * Books with something of everything, and ways to alter them as an insider would. An alteration is written, proven and
 * rolled back, so that each test begins with books that are right.
 */

type TestPlatform = Awaited<ReturnType<typeof startTestPlatform>>;

export type Books = Awaited<ReturnType<typeof keepBooks>>;

/** One user with purchases, payouts and adjustments in every state, and enough money for what alterations take away. */
export async function keepBooks(platform: TestPlatform) {
  const desk = await openPayoutDesk(platform, 1_000_00n);
  const shop = await openShop(platform);
  const capped = await openShop(platform, { cashback_value: 10, monthly_cap: 15 });
  const refilling = await openShop(platform, { cashback_value: 10, monthly_cap: 15, cap_refill: true });
  const buyAt = async ({ buy }: typeof shop, fields: Record<string, unknown> = {}) =>
    (await buy({ user_id: desk.user.id, ...fields })).id;
  const adjust = async (direction: string, amount: string) => {
    const body = { amount, direction, reason: 'A correction.' };
    const path = `/users/${desk.user.id}/wallet/adjustments`;
    return (await platform.api('POST', path, { token: platform.admin.token, body })).body.id;
  };

  const purchases = {
    pending: await buyAt(shop, { amount: '400.00' }),
    confirmed: await buyAt(shop),
    reversed: await buyAt(shop),
    takenBack: await buyAt(shop),
    cut: await buyAt(capped, { amount: '200.00' }),
    unrewarded: await buyAt(capped),
    // Of another shopper.
    matched: (await shop.buy({ order_reference: 'A-1' })).id,
    duplicate: (await shop.buy({ amount: '33.00', external_id: 'twin of another' })).id,
    amended: await buyAt(shop),
    refunded: await buyAt(shop),
    emptied: (await refilling.buy({ amount: '200.00' })).id,
    topped: (await refilling.buy()).id,
  };
  for (const id of [purchases.confirmed, purchases.takenBack, purchases.unrewarded]) await shop.confirm(id);
  const partner = await openPartner(platform);
  const told = await shop.report(
    { order_reference: 'a1', amount: '90.00', external_id: 'witness' },
    partner.token,
  );
  assert.equal(told.body.id, purchases.matched);
  const kept = (await shop.report({ amount: '33.00', external_id: 'kept' }, partner.token)).body.id;
  const merged = await platform.api('POST', `/purchases/${kept}/match`, {
    token: platform.admin.token,
    body: { purchase_id: purchases.duplicate, reason: 'The receipt says so.' },
  });
  assert.equal(merged.status, 200);
  const amend = async (id: string, amount: string) => {
    await shop.amend(id, { amount });
    const rows = await desk.rows(
      `select id from purchase_revisions where purchase_id = '${id}' order by seq desc limit 1`,
    );
    return String(rows[0]?.id);
  };
  const revisions = {
    lowered: await amend(purchases.amended, '60.00'),
    confirmed_later: (await shop.confirm(purchases.amended)) && (await amend(purchases.amended, '80.00')),
    refund: (await shop.confirm(purchases.refunded)) && (await amend(purchases.refunded, '40.00')),
  };
  for (const id of [purchases.reversed, purchases.takenBack, purchases.refunded, purchases.emptied])
    await shop.reverse(id);
  const [refill] = await desk.rows(
    `select id from purchase_revisions where purchase_id = '${purchases.topped}'`,
  );
  const payouts = {
    requested: await desk.requested({ amount: '11.00' }),
    processing: await desk.requested({ amount: '12.00' }),
    completed: await desk.requested({ amount: '13.00' }),
    failed: await desk.requested({ amount: '14.00' }),
    cancelled: await desk.requested({ amount: '15.00' }),
  };
  await desk.process(payouts.processing, { status: 'processing' });
  await desk.process(payouts.completed, { status: 'processing' });
  await desk.process(payouts.completed, { status: 'completed', external_reference: 'T-1' });
  await desk.process(payouts.failed, { status: 'failed', reason: 'closed' });
  await desk.cancel(payouts.cancelled);
  const exposed = await keepExposure(platform, shop, desk);
  const adjustments = { credit: await adjust('credit', '20.00'), debit: await adjust('debit', '5.00') };

  const other = await openPayoutDesk(platform, 500_00n);
  await other.requested({ amount: '17.00' });
  const returned = await other.requested({ amount: '16.00' });
  await other.process(returned, { status: 'completed', external_reference: 'T-2' });
  await other.process(returned, { status: 'returned', reason: 'unknown account' });
  const [wallet, stranger] = await Promise.all(
    [desk.user.id, other.user.id].map(async (userId) => {
      const rows = await desk.rows(`select id from wallets where user_id = '${userId}'`);
      return String(rows[0]?.id);
    }),
  );
  const large = await decideAdjustments(platform);
  const names: Readonly<Record<string, string>> = {
    user: desk.user.id,
    stranger: other.user.id,
    wallet: wallet ?? '',
    strangers_wallet: stranger ?? '',
    admin: platform.admin.id,
    offer: shop.offerId,
    refilling: refilling.offerId,
    refill: String(refill?.id),
    ...purchases,
    ...revisions,
    payout_returned: returned,
    ...large,
    ...exposed,
    ...Object.fromEntries(Object.entries(payouts).map(([state, id]) => [`payout_${state}`, id])),
    ...adjustments,
  };
  /** The text with the id for each `:name` of it. */
  const bind = (text: string) =>
    text.replaceAll(/(?<!:):([a-z_A-Z]+)/g, (word, name: string) =>
      names[name] === undefined ? word : `'${names[name]}'`,
    );
  return { user: desk.user, names, bind, owner: openAsOwner(platform.database) };
}

/** Adjustments above the limit of four eyes, one of each status. */
async function decideAdjustments({ api, admin, registerStaff, registerUser }: TestPlatform) {
  const colleague = await registerStaff('finance');
  const { id: userId } = await registerUser();
  const make = async (): Promise<string> => {
    const body = { amount: '1500.00', direction: 'credit', reason: 'A correction.' };
    const path = `/users/${userId}/wallet/adjustments`;
    return (await api('POST', path, { token: admin.token, body })).body.id;
  };
  const [awaiting, approved, rejected] = [await make(), await make(), await make()];
  const { token } = colleague;
  await api('POST', `/adjustments/${approved}/approval`, { token });
  await api('POST', `/adjustments/${rejected}/rejection`, {
    token,
    body: { reason: 'The amount is wrong.' },
  });
  return { awaiting, approved, rejected, colleague: colleague.id, payee: userId };
}

type Alteration = {
  /** SQL with `:names`. */
  readonly statement: string;
  /** False: nothing is switched off, so that triggers and foreign keys must accept it. */
  readonly asSuperuser?: boolean;
  /** More or less; few, so that something lies on each side of each border. */
  readonly rowsPerRange?: number;
  /** True: the journal of both wallets and their balances are made to follow from what the statement left. */
  readonly isHidden?: boolean;
};

class RolledBack extends Error {}

/** What the proof says of altered books, which are as before afterwards. */
export async function proveAltered(
  { owner, bind, names }: Books,
  { statement, asSuperuser = true, isHidden = false, rowsPerRange = 8 }: Alteration,
): Promise<LedgerReport> {
  let report: LedgerReport | undefined;
  try {
    await owner.db
      .transaction()
      .setAccessMode('read write')
      .execute(async (trx) => {
        if (asSuperuser) await sql`set local session_replication_role = replica`.execute(trx);
        await sql.raw(bind(statement)).execute(trx);
        if (isHidden) {
          for (const wallet of [names.wallet, names.strangers_wallet])
            await makeConsistent(trx, wallet ?? '');
        }
        report = await proveBooks(trx, { rowsPerRange });
        throw new RolledBack();
      });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  }
  if (report === undefined) throw new Error('nothing was proven');
  return report;
}

/** Numbers, balances after each entry, and the wallet, as if the entries that are there were the whole truth. */
export async function makeConsistent(trx: Kysely<DB>, walletId: string): Promise<void> {
  const change = (bucket: string) =>
    `case wallet_bucket '${bucket}' when to_bucket then amount when from_bucket then -amount else 0 end`;
  for (const text of [
    `create temp table rewritten on commit drop as
     select
       id, wallet_id, row_number() over journal as sequence, type, from_bucket, to_bucket, amount, source_type, source_id,
       sum(${change('pending')}) over journal as pending_after,
       sum(${change('available')}) over journal as available_after,
       sum(${change('paid')}) over journal as paid_after,
       created_at
     from wallet_entries
     where wallet_id = '${walletId}'
     window journal as (order by sequence)`,
    `delete from wallet_entries where wallet_id = '${walletId}'`,
    'insert into wallet_entries select * from rewritten',
    `update wallets set pending = 0, available = 0, paid = 0, last_sequence = 0 where id = '${walletId}'`,
    `update wallets
     set pending = pending_after, available = available_after, paid = paid_after, last_sequence = sequence
     from (select * from rewritten order by sequence desc limit 1) as last
     where wallets.id = '${walletId}'`,
    'drop table rewritten',
  ])
    await sql.raw(text).execute(trx);
}
