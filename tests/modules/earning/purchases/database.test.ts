import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { openPartner } from '../../../support/partners.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop, rowsOf, type Shop } from '../../../support/purchases-shop.ts';

/*
 * What the database refuses by itself, whatever the code in front of it does: statements run straight at it.
 */

const platform = await startTestPlatform();

let shop: Shop;
/** 100.00 EUR pending (5.00 rewarded, under a cap), confirmed, and reversed. */
let pending: string;
let confirmed: string;
let reversed: string;
let walletId: string;

before(async () => {
  shop = await openShop(platform, { monthly_cap: 50 });
  pending = (await shop.buy({ external_id: 'pending' })).id;
  confirmed = (await shop.buy({ external_id: 'confirmed' })).id;
  reversed = (await shop.buy({ external_id: 'reversed' })).id;
  await shop.confirm(confirmed);
  await shop.reverse(reversed);
  const [wallet] = await rowsOf(platform, `select id from wallets where user_id = '${shop.shopper.id}'`);
  walletId = String(wallet?.id);
});

/** Runs the statement in a transaction that is given up in any case, so that no test depends on another. */
async function refuses(statement: string, reason: RegExp): Promise<void> {
  await assert.rejects(rowsOf(platform, `begin; ${statement}; commit`), (error: Error) => {
    assert.match(error.message, reason);
    return true;
  });
}

async function accepts(statement: string): Promise<void> {
  await rowsOf(platform, `begin; ${statement}; rollback`);
}

describe('journal and audit', () => {
  for (const [table, column] of [
    ['wallet_entries', 'amount'],
    ['audit_logs', 'action'],
    ['purchase_revisions', 'amount'],
    ['purchase_details', 'lines'],
    ['exposure_entries', 'amount'],
  ]) {
    test(`${table} cannot be updated, deleted or truncated, not even a row of none`, async () => {
      await refuses(`update ${table} set ${column} = ${column}`, /update is refused on table/);
      await refuses(`update ${table} set ${column} = ${column} where false`, /update is refused on table/);
      await refuses(`delete from ${table}`, /delete is refused on table/);
      await refuses(`truncate ${table}`, /truncate is refused on table/);
    });
  }

  for (const table of ['wallets', 'purchases', 'cashback_transactions', 'offers']) {
    test(`${table} are kept: neither deleted nor truncated`, async () => {
      await refuses(`delete from ${table}`, /delete is refused on table/);
      await refuses(`truncate ${table} cascade`, /truncate is refused on table/);
    });
  }
});

describe('a journal entry', () => {
  /** The wallet stands at 5.00 pending and 5.00 available after 5 entries. */
  function entry(fields: Record<string, string> = {}): string {
    const row: Record<string, string> = {
      id: `'${newId()}'`,
      wallet_id: `'${walletId}'`,
      sequence: '6',
      type: "'adjustment'",
      from_bucket: "'platform'",
      to_bucket: "'available'",
      amount: '1.00',
      source_type: "'adjustment'",
      source_id: `'${newId()}'`,
      pending_after: '5.00',
      available_after: '6.00',
      paid_after: '0',
      created_at: 'now()',
      ...fields,
    };
    return `insert into wallet_entries (${Object.keys(row)}) values (${Object.values(row)})`;
  }

  test('that continues the journal is taken: the refusals below are for what they say', async () => {
    await accepts(entry());
  });

  const table: [title: string, fields: Record<string, string>, reason: RegExp][] = [
    ['that repeats a number is refused', { sequence: '5' }, /wallet_entries_pkey/],
    ['that leaves a gap is refused', { sequence: '7' }, /do not continue the journal/],
    ['that starts over is refused', { sequence: '0' }, /wallet_entries_sequence_check/],
    ['with another pending balance is refused', { pending_after: '5.01' }, /do not continue the journal/],
    ['with another available balance is refused', { available_after: '6.01' }, /do not continue the journal/],
    ['with another paid balance is refused', { paid_after: '0.01' }, /do not continue the journal/],
    ['of nothing is refused', { amount: '0', available_after: '5' }, /wallet_entries_amount_check/],
    [
      'of less than nothing is refused',
      { amount: '-1', available_after: '4' },
      /wallet_entries_amount_check/,
    ],
    ['of NaN is refused', { amount: "'NaN'" }, /money_amount_is_a_number/],
    ['of infinity is refused', { amount: "'Infinity'" }, /numeric field overflow|money_amount/],
    ['that takes a way money may not take is refused', { type: "'payout'" }, /wallet_entries_legal_movement/],
    [
      'of a payout that is not covered is refused',
      {
        type: "'payout'",
        from_bucket: "'available'",
        to_bucket: "'paid'",
        amount: '5.01',
        available_after: '-0.01',
        paid_after: '5.01',
      },
      /wallet_entries_no_overdraft/,
    ],
    [
      'of an adjustment that is not covered is refused',
      { from_bucket: "'available'", to_bucket: "'platform'", amount: '5.01', available_after: '-0.01' },
      /wallet_entries_no_overdraft/,
    ],
    [
      'that takes pending below zero is refused, even as a reversal',
      {
        type: "'cashback_reversal'",
        from_bucket: "'pending'",
        to_bucket: "'platform'",
        amount: '5.01',
        pending_after: '-0.01',
        available_after: '5.00',
      },
      /wallet_entries_pending_after_check/,
    ],
    [
      'that takes paid below zero is refused',
      { type: "'payout_refund'", from_bucket: "'paid'", paid_after: '-1', available_after: '6' },
      /wallet_entries_paid_after_check/,
    ],
  ];
  for (const [title, fields, reason] of table) {
    test(title, () => refuses(entry(fields), reason));
  }

  test('may take available below zero as a reversal, and as nothing else', async () => {
    await accepts(
      entry({
        type: "'cashback_reversal'",
        from_bucket: "'available'",
        to_bucket: "'platform'",
        amount: '5.01',
        available_after: '-0.01',
      }),
    );
  });

  test('that credits, confirms or reverses a purchase once more is refused', async () => {
    const credit = { type: "'cashback_credit'", to_bucket: "'pending'", source_type: "'purchase'" };
    const after = { pending_after: '6.00', available_after: '5.00' };

    await accepts(entry({ ...credit, ...after }));
    await refuses(entry({ ...credit, ...after, source_id: `'${pending}'` }), /wallet_entries_source_key/);
    await refuses(
      entry({
        type: "'cashback_reversal'",
        from_bucket: "'pending'",
        to_bucket: "'platform'",
        pending_after: '4.00',
        available_after: '5.00',
        source_id: `'${reversed}'`,
      }),
      /wallet_entries_source_key/,
    );
  });
});

describe('a wallet', () => {
  const change = (columns: string) => `update wallets set ${columns} where id = '${walletId}'`;

  for (const bucket of ['pending', 'available', 'paid']) {
    test(`does not change its ${bucket} balance without an entry`, async () => {
      await refuses(change(`${bucket} = ${bucket} + 0.01`), /update is refused on table wallets/);
      await refuses(
        change(`${bucket} = ${bucket} + 0.01, last_sequence = last_sequence + 1`),
        /a wallet differs from its journal/,
      );
    });
  }

  test('does not go back to an earlier entry, nor ahead of the journal', async () => {
    await refuses(
      change('pending = 5, available = 0, last_sequence = 1'),
      /update is refused on table wallets/,
    );
    await refuses(change('last_sequence = last_sequence + 1'), /a wallet differs from its journal/);
  });

  for (const column of ['id', 'user_id', 'currency']) {
    test(`keeps its ${column}`, () =>
      refuses(change(`${column} = ${column}`), /update is refused on table wallets/));
  }

  test('does not start with money', async () => {
    await refuses(
      `insert into wallets (id, user_id, currency, available)
        values ('${newId()}', '${shop.shopper.id}', 'JPY', 1)`,
      /wallets_start_empty/,
    );
    await refuses(
      `insert into wallets (id, user_id, currency, available, last_sequence)
        values ('${newId()}', '${shop.shopper.id}', 'JPY', 1, 1)`,
      /a wallet differs from its journal/,
    );
  });

  test('is the only one of its user and currency', async () => {
    await refuses(
      `insert into wallets (id, user_id, currency) values ('${newId()}', '${shop.shopper.id}', 'EUR')`,
      /wallets_user_currency_key/,
    );
  });

  test('holds no NaN and no negative pending or paid balance', async () => {
    const later = 'last_sequence = last_sequence + 1';
    await refuses(change(`${later}, available = 'NaN'`), /money_amount_is_a_number/);
    await refuses(change(`${later}, pending = -1`), /wallets_pending_check/);
    await refuses(change(`${later}, paid = -1`), /wallets_paid_check/);
  });
});

describe('a state', () => {
  const settle: Record<string, string> = {
    pending: "status = 'pending', confirmed_at = null, reversed_at = null, reversal_reason = null",
    confirmed: "status = 'confirmed', confirmed_at = now(), reversed_at = null, reversal_reason = null",
    reversed: "status = 'reversed', reversed_at = now(), reversal_reason = 'fraud'",
  };
  const purchaseOf: Record<string, () => string> = {
    pending: () => pending,
    confirmed: () => confirmed,
    reversed: () => reversed,
  };
  const legal = ['pending>confirmed', 'pending>reversed', 'confirmed>reversed'];

  for (const from of ['pending', 'confirmed', 'reversed']) {
    for (const to of ['pending', 'confirmed', 'reversed'].filter((state) => state !== from)) {
      const isLegal = legal.includes(`${from}>${to}`);
      test(`of a purchase ${isLegal ? 'moves' : 'does not move'} from ${from} to ${to}`, async () => {
        const statement = `update purchases set ${settle[to]} where id = '${purchaseOf[from]?.()}'`;
        if (isLegal) await accepts(statement);
        else await refuses(statement, new RegExp(`no transition from ${from} to ${to}`));
      });

      const [before, after] = [from, to].map((state) => (state === 'confirmed' ? 'available' : state));
      test(`of a reward ${isLegal ? 'moves' : 'does not move'} from ${before} to ${after}`, async () => {
        const statement = `update cashback_transactions set status = '${after}'
          where purchase_id = '${purchaseOf[from]?.()}'`;
        if (isLegal) await accepts(statement);
        else await refuses(statement, new RegExp(`no transition from ${before} to ${after}`));
      });
    }
  }

  test('of a purchase has its times and its reason', async () => {
    const change = (columns: string) => `update purchases set ${columns} where id = '${pending}'`;
    await refuses(change("status = 'confirmed'"), /purchases_confirmed_has_a_time/);
    await refuses(
      change("status = 'reversed', reversed_at = now()"),
      /purchases_reversed_has_a_time_and_reason/,
    );
    await refuses(
      change("status = 'reversed', reversal_reason = 'fraud'"),
      /purchases_reversed_has_a_time_and_reason/,
    );
    await refuses(change('confirmed_at = now()'), /purchases_pending_is_unsettled/);
  });
});

describe('terms that money was computed from', () => {
  const columns: Record<string, string[]> = {
    offers: [
      'merchant_id',
      'cashback_type',
      'cashback_value',
      'currency',
      'monthly_cap',
      'start_date',
      'cap_group',
      'cap_refill',
    ],
    purchases: [
      'id',
      'partner_id',
      'external_id',
      'user_id',
      'merchant_id',
      'offer_id',
      'amount',
      'currency',
      'purchased_at',
      'created_at',
    ],
    cashback_transactions: [
      'id',
      'purchase_id',
      'user_id',
      'offer_id',
      'cashback_type',
      'cashback_value',
      'monthly_cap',
      'cap_month',
      'uncapped_amount',
      'amount',
      'currency',
      'created_at',
    ],
  };
  for (const [table, names] of Object.entries(columns)) {
    for (const name of names) {
      test(`${table}.${name} does not change`, async () => {
        await refuses(`update ${table} set ${name} = ${name}`, /update is refused on table/);
      });
    }
  }

  test('an offer can still be switched off and on', async () => {
    await accepts(`update offers set active = false where id = '${shop.offerId}'`);
  });
});

describe('a cap', () => {
  test('is not exceeded, nor used below nothing', async () => {
    const use = (used: string) =>
      `update cashback_cap_usage set used = ${used} where user_id = '${shop.shopper.id}'`;
    await accepts(use('50.00'));
    await refuses(use('50.01'), /cashback_cap_usage_within_cap/);
    await refuses(use('-0.01'), /cashback_cap_usage_within_cap/);
    await refuses(use("'NaN'"), /money_amount_is_a_number/);
  });
});

describe('a purchase', () => {
  function purchase(fields: Record<string, string> = {}): string {
    const row: Record<string, string> = {
      id: `'${newId()}'`,
      external_id: "'straight'",
      user_id: `'${shop.shopper.id}'`,
      merchant_id: `'${shop.merchantId}'`,
      offer_id: `'${shop.offerId}'`,
      amount: '1.00',
      currency: "'EUR'",
      purchased_at: 'now()',
      created_at: 'now()',
      ...fields,
    };
    return `insert into purchases (${Object.keys(row)}) values (${Object.values(row)})`;
  }

  const table: [title: string, fields: Record<string, string>, reason: RegExp][] = [
    ['of NaN is refused', { amount: "'NaN'" }, /money_amount_is_a_number/],
    ['of nothing is refused', { amount: '0' }, /purchases_amount_check/],
    ['of less than nothing is refused', { amount: '-1' }, /purchases_amount_check/],
    ['of a currency that is none is refused', { currency: "'eur'" }, /currency_code_is_iso_4217/],
    ['of an unknown user is refused', { user_id: `'${newId()}'` }, /purchases_user_id_fkey/],
    ['without an external id is refused', { external_id: "''" }, /purchases_external_id_check/],
    [
      'with a known external id and no partner is refused',
      { external_id: "'pending'" },
      /purchases_external_id_key/,
    ],
  ];
  for (const [title, fields, reason] of table) test(title, () => refuses(purchase(fields), reason));

  test('is rewarded by an offer of its own merchant', async () => {
    const another = `'${newId()}'`;
    await accepts(
      `insert into merchants (id, name, default_cashback_percentage, created_at) values (${another}, 'Another', 5, now())`,
    );

    await refuses(purchase({ merchant_id: another }), /purchases_offer_of_merchant/);
    await refuses(purchase({ offer_id: `'${newId()}'` }), /purchases_offer_of_merchant/);
  });

  test('of another partner may bear the same external id, once', async () => {
    const { id } = await openPartner(platform);
    const partner = `'${id}'`;
    const fields = { external_id: "'pending'", partner_id: partner };

    await accepts(purchase(fields));
    await refuses(`${purchase(fields)}; ${purchase(fields)}`, /purchases_external_id_key/);
  });

  test('of a partner that does not exist is refused', async () => {
    await refuses(purchase({ partner_id: `'${newId()}'` }), /purchases_partner/);
  });

  test('has one reward', async () => {
    await refuses(
      `insert into cashback_transactions
        select '${newId()}', purchase_id, user_id, offer_id, cashback_type, cashback_value, monthly_cap, cap_month,
          uncapped_amount, amount, currency, status, created_at
        from cashback_transactions where purchase_id = '${pending}'`,
      /cashback_transactions_purchase_key/,
    );
  });
});

describe('a release', () => {
  const QUEUE = "'00000000-0000-0000-0000-000000000000'";
  const settle = (id: string, columns: string) => `update purchases set ${columns} where id = '${id}'`;
  const confirmation = "status = 'confirmed', confirmed_at = now()";
  const update = /update is refused on table purchases/;

  test('has a queue only from its confirmation on, and keeps it', async () => {
    const join = settle(pending, `${confirmation}, release_queue = ${QUEUE}`);
    await accepts(join);
    await refuses(settle(pending, `release_queue = ${QUEUE}`), update);
    await refuses(settle(confirmed, `release_queue = ${QUEUE}`), update);
    for (const other of ['null', 'gen_random_uuid()'])
      await refuses(`${join}; ${settle(pending, `release_queue = ${other}`)}`, update);
  });

  test('is one, of a confirmed purchase that waits', async () => {
    const join = settle(pending, `${confirmation}, release_queue = ${QUEUE}`);
    const release = settle(pending, 'released_at = now()');
    await accepts(`${join}; ${release}`);
    await refuses(release, update);
    await refuses(settle(confirmed, 'released_at = now()'), update);
    await refuses(`${join}; ${release}; ${settle(pending, "released_at = '2026-01-01'")}`, update);
    const reversal = "status = 'reversed', reversed_at = now(), reversal_reason = 'returned'";
    await refuses(`${join}; ${settle(pending, `${reversal}, released_at = now()`)}`, update);
  });

  const day = (released: string) =>
    `insert into exposure_days values (${QUEUE}, 'EUR', '2026-03-14', ${released})`;
  const entry = (amount: string, on = '2026-03-14') =>
    `insert into exposure_entries values (gen_random_uuid(), '${confirmed}', ${QUEUE}, 'EUR', '${on}', ${amount})`;

  test('counts in a day that is kept and only rises', async () => {
    const days = /is refused on table exposure_days/;
    await accepts(`${day('1')}; update exposure_days set released = 2`);
    await refuses(`${day('1')}; update exposure_days set released = 0.99`, days);
    await refuses(`${day('1')}; update exposure_days set day = day + 1`, days);
    await refuses('delete from exposure_days', days);
    await refuses('truncate exposure_days cascade', /is refused on table/);
    await refuses(day('-1'), /exposure_days_released_check/);
  });

  test('counts once, with something, in a day that exists', async () => {
    await accepts(`${day('1')}; ${entry('1')}`);
    await refuses(`${day('1')}; ${entry('0')}`, /exposure_entries_amount_check/);
    await refuses(entry('1', '2020-01-01'), /exposure_entries_day/);
    const twice = `insert into exposure_entries select * from exposure_entries`;
    await refuses(`${day('1')}; ${entry('1')}; ${twice}`, /exposure_entries_pkey/);
  });

  test('is not limited by a merchant', async () => {
    const ceiling = (column: string, id: string) =>
      `insert into ceilings (id, ${column}, currency, daily_released) values (gen_random_uuid(), '${id}', 'EUR', 5)`;
    await refuses(ceiling('merchant_id', shop.merchantId), /ceilings_released_by_source/);
    await accepts(ceiling('partner_id', (await openPartner(platform)).id));
  });
});

describe('active offers of one merchant', () => {
  function offer(start: string, end: string, active = true): string {
    return `insert into offers
      (id, merchant_id, cashback_type, cashback_value, currency, start_date, end_date, active, created_at)
      values ('${newId()}', '${shop.merchantId}', 'percent', 5, 'EUR', '${start}', '${end}', ${active}, now())`;
  }

  test('never overlap, not by a single day', async () => {
    await refuses(offer('2026-12-31', '2027-01-31'), /offers_one_active_at_a_time/);
  });

  test('may follow each other, and an inactive one may lie anywhere', async () => {
    await accepts(offer('2027-01-01', '2027-01-31'));
    await accepts(offer('2026-01-01', '2026-12-31', false));
  });
});
