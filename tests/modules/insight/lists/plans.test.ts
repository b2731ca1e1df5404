import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Db } from '../../../../src/core/database/index.ts';
import { newId } from '../../../../src/core/id.ts';
import { COUNTED_ROWS, type PageRequest } from '../../../../src/core/page.ts';
import type { HoldFilter } from '../../../../src/modules/earning/fraud/model.ts';
import { holdRepository } from '../../../../src/modules/earning/fraud/repository.ts';
import type { PartnerFilter, PurchaseFilter } from '../../../../src/modules/earning/purchases/model.ts';
import { purchaseRepository } from '../../../../src/modules/earning/purchases/repository.ts';
import { witnessRepository } from '../../../../src/modules/earning/purchases/witness-repository.ts';
import type { UserFilter } from '../../../../src/modules/identity/users/model.ts';
import { userRepository } from '../../../../src/modules/identity/users/repository.ts';
import { timelineRepository } from '../../../../src/modules/insight/purchase-timeline/repository.ts';
import { termsOf } from '../../../../src/modules/insight/search/lookups.ts';
import { searchRepository } from '../../../../src/modules/insight/search/repository.ts';
import type { HistoryFilter } from '../../../../src/modules/insight/wallet-history/model.ts';
import { walletHistoryRepository } from '../../../../src/modules/insight/wallet-history/repository.ts';
import type { PayoutFilter } from '../../../../src/modules/money/payouts/model.ts';
import { payoutRepository } from '../../../../src/modules/money/payouts/repository.ts';
import { feedRepository } from '../../../../src/modules/platform/events/feed-repository.ts';
import { type AuditFilter, START_OF_FEED } from '../../../../src/modules/platform/events/model.ts';
import { eventRepository } from '../../../../src/modules/platform/events/repository.ts';
import { capturingDb, rowsRead } from '../../../support/captured-queries.ts';
import { runSql } from '../../../support/database.ts';
import { loadLargeData } from '../../../support/large-data.ts';
import { startTestPlatform } from '../../../support/platform.ts';

/*
 * How much each list reads for a page, at a size where the wrong index reads a hundred times as much. At ten million
 * rows the difference is minutes; see docs/lists.md.
 */

const platform = await startTestPlatform();
const { database, admin } = platform;
const PURCHASES = 30_000;
const HOLDS = 20_000;
const HELD = 50;
const { hot } = await loadLargeData(platform, PURCHASES);
await runSql(
  database.url,
  `insert into users (id, email, role, active, created_at)
   select gen_random_uuid(), 'many-' || n || '@many.example', 'user', true, now() from generate_series(1, 20000) as n;
   analyze users;
   insert into payouts (id, user_id, amount, currency, method, details_encrypted, iban_masked, account_holder_masked, status,
     requested_at, settled_at, external_reference)
   select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, users.id, 10, 'EUR', 'bank_transfer', '', '', '',
     'completed', now(), now(), 'x'
   from (select id, row_number() over () as n from users) as users;
   analyze payouts;
   insert into purchase_holds (purchase_id, reasons, held_at, resolution, resolved_at)
   select id, '[{"rule": "repeated_order", "evidence": {}}]', created_at, 'released', created_at
   from purchases order by id limit ${HOLDS};
   analyze purchase_holds`,
);
// The seed has purchases of administrators alone.
const PARTNERS = Array.from({ length: 3 }, () => newId());
await runSql(
  database.url,
  `insert into partners (id, name, name_folded, created_at)
   select id, id, id, now() from unnest(array['${PARTNERS.join("','")}']::uuid[]) as id;
   set session_replication_role = replica;
   update purchases set
     order_key = 'order' || number % 20000,
     partner_id = case when number % 10 = 0 then '${PARTNERS[0]}' when number = 15001 then '${PARTNERS[1]}' end::uuid,
     namespace = case when number % 100 = 7 then user_id end
   from (select id as numbered, row_number() over (order by id) as number from purchases) as row
   where id = numbered`,
);
await runSql(
  database.url,
  `insert into purchase_witnesses (namespace, external_id, purchase_id, source_kind, amount, currency, reported_at)
   select user_id, 'seen-' || external_id, id, 'shopper', amount, currency, created_at
   from purchases order by id limit 5000;
   insert into purchase_witnesses (namespace, external_id, purchase_id, source_kind, amount, currency, reported_at)
   select '${PARTNERS[2]}', 'told-' || external_id, id, 'partner', amount, currency, created_at
   from purchases order by id desc limit 5000`,
);
await runSql(database.url, 'vacuum (analyze) purchases, purchase_witnesses');
const { scansOf } = capturingDb(database.url);
const [big] = await runSql(
  database.url,
  'select merchant_id from purchases group by merchant_id order by count(*) desc limit 1',
);
const [small] = await runSql(
  database.url,
  'select merchant_id from purchases group by merchant_id order by count(*) limit 1',
);
const merchantId = String(big?.merchant_id);
const rareMerchantId = String(small?.merchant_id);

const [midst] = await runSql(
  database.url,
  `select id from purchases order by id offset ${PURCHASES / 2} limit 1`,
);
const MIDST = String(midst?.id);

const LIMIT = 20;
const FIRST = { offset: 0, limit: LIMIT };
/** Keys and rows of a page, of each of several orders that are merged, and some index pages' worth of slack. */
const MOST_READ = 400;
const BOTH_ORDERS = [{}, { oldestFirst: true }];
/** Tables that are read as a whole, because they are small. */
const FEW_ROWS = new Set(['partners', 'merchants', 'offers']);
/** Those, and tables that the seed leaves nearly empty. */
const SMALL_HERE = new Set([...FEW_ROWS, 'purchase_details']);

describe('a page of purchases reads little more than itself', () => {
  const filters: Record<string, PurchaseFilter> = {
    'without a filter': {},
    'of a status': { statuses: ['confirmed'] },
    'of a status that is rare': { statuses: ['reversed'] },
    'of a user with many': { userIds: [hot.id] },
    'of a user with many, by status': { userIds: [hot.id], statuses: ['reversed'] },
    'of those that are held': { held: true },
    'of those of a user with many that are held': { userIds: [hot.id], held: true },
    'of those that are not held': { held: false },
    'of a user with none': { userIds: [newId()] },
    'of a merchant with many': { merchantIds: [merchantId] },
    'of a merchant with many, by status': { merchantIds: [merchantId], statuses: ['pending'] },
    'of a user at a merchant': { userIds: [hot.id], merchantIds: [merchantId] },
    'of a user at a merchant with few': {
      userIds: [hot.id],
      merchantIds: [rareMerchantId],
      statuses: ['reversed'],
    },
    'of a day': { from: '2026-01-15', to: '2026-01-15' },
    'of a day without any': { from: '2027-01-01' },
    'of a status, on a day': { statuses: ['reversed'], from: '2025-12-03', to: '2025-12-03' },
    'of a status, on a day without any': { statuses: ['confirmed'], from: '2026-03-09' },
    'of a user, up to a day': { userIds: [hot.id], to: '2025-12-05' },
    'of several statuses': { statuses: ['pending', 'reversed', 'pending'] },
    'of several users': { userIds: [hot.id, newId()] },
    'of several users at several merchants': {
      userIds: [hot.id, newId()],
      merchantIds: [merchantId, newId()],
    },
    'of several merchants, by several statuses': {
      merchantIds: [merchantId, rareMerchantId],
      statuses: ['pending', 'confirmed'],
    },
    'of an external id': { externalIds: ['large-7000'] },
    'of an external id of another source': { externalIds: ['seen-large-700'] },
    'of external ids, by status': { externalIds: ['large-7000', 'large-x'], statuses: ['confirmed'] },
    'of an order': { orderKeys: ['order7'] },
    'of an order at a merchant': { orderKeys: ['order7'], merchantIds: [merchantId] },
    'of a partner with many': { partnerIds: PARTNERS.slice(0, 1) },
    'of a partner with one': { partnerIds: PARTNERS.slice(1, 2) },
    'of a partner with none, by status': { partnerIds: PARTNERS.slice(2), statuses: ['pending'] },
    'of a partner, by an id of its own': { partnerIds: PARTNERS.slice(0, 1), firstExternalIds: ['large-7'] },
    'of a partner, by order': { partnerIds: PARTNERS.slice(0, 1), orderKeys: ['order10'] },
    'of several partners': { partnerIds: PARTNERS, sources: ['partner'] },
    'of all partners': { sources: ['partner'] },
    'of all partners and shoppers, by status': { sources: ['partner', 'shopper'], statuses: ['reversed'] },
    'of shoppers': { sources: ['shopper'] },
    'of administrators': { sources: ['admin'] },
    'of a partner at a merchant': { partnerIds: PARTNERS.slice(0, 1), merchantIds: [merchantId] },
    'of a merchant, up to a day': { merchantIds: [merchantId], to: '2025-12-05' },
  };
  for (const [title, filter] of Object.entries(filters)) {
    test(title, async () => {
      await assertReadsLittle((db, page) => purchaseRepository().list(db, filter, page));
    });
  }
});

describe('a page of overdue purchases', () => {
  const windowsUntil = async (until: string) => {
    const found = await runSql(database.url, 'select id from merchants order by id');
    const recordedUntil = Temporal.Instant.from(until);
    return found.map(({ id }) => ({ merchantId: String(id), recordedUntil }));
  };

  for (const order of BOTH_ORDERS) {
    test(`reads a page of each merchant in the index alone, ${JSON.stringify(order)}`, async () => {
      const due = await windowsUntil('2026-02-15T00:00:00Z');
      const list = (filter: PurchaseFilter) =>
        scansOf((db) => purchaseRepository().list(db, { ...filter, due }, { ...FIRST, ...order }));
      const [rows = [], count = []] = await list({});
      const ofIndexes = [...rows, ...count].filter((node) => node['Index Name'] !== 'purchases_pkey');
      assert.deepEqual(
        [...new Set(ofIndexes.map((node) => `${node['Node Type']} ${node['Index Name']}`))].sort(),
        ['Index Only Scan purchases_held', 'Index Only Scan purchases_merchant_status'],
      );
      assert.ok(rowsRead(rows) <= (LIMIT + 1) * (due.length + 1) + HELD, `${rowsRead(rows)}`);
      assert.ok(rowsRead(count) <= COUNTED_ROWS + MOST_READ + HELD, `${rowsRead(count)}`);
    });
  }

  test('of a user or with a name reads what the user or the name has', async () => {
    const due = await windowsUntil('2026-02-15T00:00:00Z');
    for (const filter of [
      { userIds: [hot.id], statuses: ['pending'] },
      { externalIds: ['large-7000'] },
    ] as const)
      await assertReadsLittle((db, page) => purchaseRepository().list(db, { ...filter, due }, page));
  });
});

describe('a page of purchases, oldest first, reads little more than itself', () => {
  const filters: Record<string, PurchaseFilter> = {
    'without a filter': {},
    'of a status': { statuses: ['pending'] },
    'of those that are held': { held: true },
    'of those that are not held': { held: false },
    'of a user with many': { userIds: [hot.id] },
    'of a merchant with many, by several statuses': {
      merchantIds: [merchantId],
      statuses: ['pending', 'reversed'],
    },
    'of a partner with many': { partnerIds: PARTNERS.slice(0, 1) },
    'of an external id': { externalIds: ['large-7000'] },
    'of a day': { from: '2026-01-15', to: '2026-01-15' },
  };
  for (const [title, filter] of Object.entries(filters)) {
    test(title, async () => {
      const orders = [{ oldestFirst: true }];
      await assertReadsLittle((db, page) => purchaseRepository().list(db, filter, page), orders);
    });
  }
});

describe('a page of purchases that a partner reported after another source reads little more than itself', () => {
  const namespaces = [...PARTNERS.slice(2), ...Array.from({ length: 20 }, () => newId())];
  const filters: Record<string, PartnerFilter> = {
    'without a filter': {},
    'by ids of its own': { externalIds: ['told-1', 'told-2'] },
    'by a status that most have': { statuses: ['pending'] },
    'on a day without any': { from: '2027-01-01' },
  };
  for (const [title, filter] of Object.entries(filters)) {
    test(title, async () => {
      for (const after of [undefined, MIDST]) {
        const page = { limit: LIMIT + 1, ...(after !== undefined && { after }) };
        const [rows = []] = await scansOf((db) =>
          witnessRepository().listWitnessed(db, namespaces, filter, page),
        );
        assert.ok(rowsRead(rows) <= MOST_READ, `${rowsRead(rows)} rows: ${JSON.stringify(rows, null, 1)}`);
      }
    });
  }
});

test('the purchases of a partner are counted in the index alone', async () => {
  const filter = { partnerIds: PARTNERS.slice(0, 1), statuses: ['confirmed'] } as const;
  const [, count = []] = await scansOf((db) => purchaseRepository().list(db, filter, FIRST));
  assert.deepEqual(
    count.map((node) => [node['Node Type'], node['Index Name']]),
    [['Index Only Scan', 'purchases_by_source']],
  );
});

describe('what is due of a merchant with many is found by reading little more than it', () => {
  const find = async (options: { after?: string; until: string }) => {
    const windows = [{ merchantId, recordedUntil: Temporal.Instant.from(options.until) }];
    const [due = []] = await scansOf((db) =>
      purchaseRepository().findDue(db, windows, {
        limit: LIMIT,
        after: options.after === undefined ? undefined : { id: options.after, merchantId },
      }),
    );
    return rowsRead(due);
  };

  test('from the first on', async () => {
    assert.equal(await find({ until: '2027-01-01T00:00:00Z' }), LIMIT);
  });

  test('from the midst on', async () => {
    assert.equal(await find({ after: MIDST, until: '2027-01-01T00:00:00Z' }), LIMIT);
  });

  test('and purchases that are not due are not read', async () => {
    assert.equal(await find({ until: '2020-01-01T00:00:00Z' }), 0);
  });
});

describe('a step through the feed of events reads what it passes, and no more', () => {
  const feed = feedRepository();
  const types = ['purchase.recorded', 'purchase.confirmed'];
  const placeAt = async (offset: number) => {
    const [row] = await runSql(
      database.url,
      `select recorded_in::text as recorded_in, id from audit_logs order by recorded_in, id offset ${offset} limit 1`,
    );
    return { recordedIn: String(row?.recorded_in), id: String(row?.id) };
  };

  for (const [title, offset, asked] of [
    ['from the start', 0, types],
    ['from the midst', PURCHASES, types],
    ['where nothing is asked for', PURCHASES, ['payout.failed']],
  ] as const) {
    test(title, async () => {
      const after = await placeAt(offset);
      const end = await feed.findEnd(database.db);
      const [rows = []] = await scansOf((db) => feed.pass(db, { after, end, types: asked, limit: 100 }));
      assert.equal(rowsRead(rows), 100);
    });
  }

  test('and so do the last place, a place, and the events of a resource', async () => {
    const place = await placeAt(PURCHASES);
    const end = await feed.findEnd(database.db);
    for (const read of [
      (db: Db) => feed.findLast(db, end),
      (db: Db) => feed.isPlace(db, place),
      (db: Db) => feed.findHistories(db, [MIDST], types),
      (db: Db) =>
        feed.findOfResource(db, { resourceId: MIDST, after: START_OF_FEED, end, types, limit: LIMIT }),
    ]) {
      const [rows = []] = await scansOf(read);
      assert.ok(rowsRead(rows) <= 5, `${rowsRead(rows)} rows: ${JSON.stringify(rows, null, 1)}`);
    }
  });
});

describe('a page of the audit log reads little more than itself', () => {
  const filters: Record<string, AuditFilter> = {
    'without a filter': {},
    'of an action': { actions: ['purchase.recorded'] },
    'of an action that is rare': { actions: ['user.registered'] },
    'of an action that never was': { actions: ['payout.failed'] },
    'of a kind of actor': { actorTypes: ['user'] },
    'of a kind of actor that never acted': { actorTypes: ['partner'] },
    'of an actor with many': { actorIds: [admin.id] },
    'of an actor with many, by an action that is not theirs': {
      actorIds: [hot.id],
      actions: ['purchase.reversed'],
    },
    'of an actor, by an action of theirs': { actorIds: [admin.id], actions: ['purchase.reversed'] },
    'of an actor with none': { actorIds: [newId()] },
    'of a kind of resource': { resourceTypes: ['purchase'] },
    'of a kind of resource that is rare': { resourceTypes: ['user'] },
    'of a resource': { resourceIds: [hot.id] },
    'of a resource, in full': {
      resourceTypes: ['user'],
      resourceIds: [hot.id],
      actions: ['user.registered'],
    },
    'of a request': { requestIds: ['never-made'] },
    'of failures': { outcomes: ['failure'] },
    'of successes': { outcomes: ['success'] },
    'of a time': { from: '2026-01-15T00:00:00Z', to: '2026-01-15T01:00:00Z' },
    'of several actions': { actions: ['purchase.recorded', 'payout.failed'] },
    'of several kinds of resource': { resourceTypes: ['user', 'purchase'], actorTypes: ['admin'] },
    'of several actors': { actorIds: [admin.id, hot.id] },
    'of several resources': { resourceIds: [hot.id, admin.id] },
    'of several requests': { requestIds: ['never-made', 'nor-this'] },
    'of all outcomes': { outcomes: ['success', 'failure'] },
    'of an action, up to a time': { actions: ['purchase.confirmed'], to: '2025-12-20T00:00:00Z' },
    'of an actor, up to a time': { actorIds: [admin.id], to: '2025-12-02T00:00:00Z' },
  };
  for (const [title, filter] of Object.entries(filters)) {
    test(title, async () => {
      await assertReadsLittle((db, page) => eventRepository().list(db, filter, page));
    });
  }
});

test('a page by offset reads the keys that it skips, and no rows but its own', async () => {
  for (const filter of [{}, { statuses: ['confirmed'] } as const]) {
    const page = { offset: 300, limit: LIMIT };
    const [rows = []] = await scansOf((db) => purchaseRepository().list(db, filter, page));
    assert.ok(rowsRead(rows) <= 300 + 2 * (LIMIT + 1), `${rowsRead(rows)} rows`);
  }
});

describe('a page of payouts reads little more than itself', () => {
  const filters: Record<string, PayoutFilter> = {
    'without a filter': {},
    'of a status': { statuses: ['completed'] },
    'of a status that is rare': { statuses: ['requested'] },
    'of a user': { userIds: [hot.id] },
    'of a user, by status': { userIds: [hot.id], statuses: ['failed'] },
    'of a user with none': { userIds: [newId()] },
    'of several statuses': { statuses: ['requested', 'failed'] },
    'of several users': { userIds: [hot.id, newId()] },
    'of a reference': { externalReferences: ['LARGE-1', 'X-1'] },
    'of a time': { from: '2026-01-31T00:00:00Z', to: '2026-01-31T01:00:00Z' },
  };
  for (const [title, filter] of Object.entries(filters)) {
    test(title, async () => {
      await assertReadsLittle((db, page) => payoutRepository().list(db, filter, page), BOTH_ORDERS);
    });
  }
});

describe('wallet transactions', () => {
  const owner = { userId: hot.id, currency: 'EUR' };
  const readBy = async (filter: HistoryFilter, page: PageRequest) => {
    const queries = await scansOf((db) => walletHistoryRepository().list(db, owner, filter, page));
    assert.equal(queries.length, 1);
    return rowsRead(queries.flat().filter((node) => node['Relation Name'] !== 'merchants'));
  };

  test('a page reads its entries, their sources, purchases and the wallet, on any page', async () => {
    for (const page of [FIRST, { ...FIRST, offset: 300 }, { ...FIRST, after: '300' }])
      assert.equal(await readBy({}, page), 3 * (LIMIT + 1) + 1);
  });

  test('a time costs a few lookups more', async () => {
    const filter = { from: '2026-01-01T00:00:00Z', to: '2026-01-31T00:00:00Z' };
    assert.ok((await readBy(filter, FIRST)) <= 3 * (LIMIT + 1) + 1 + 2 * 16);
  });
});

describe('a page of users reads little more than itself', () => {
  const filters: Record<string, UserFilter> = {
    'without a filter': {},
    'of a part of an address that all have': { email: 'example' },
    'of administrators': { roles: ['admin'] },
    'of the inactive': { active: false },
    'of a time': { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
  };
  for (const [title, filter] of Object.entries(filters)) {
    test(title, async () => {
      await assertReadsLittle((db, page) => userRepository().list(db, filter, page));
    });
  }
});

describe('a search reads little, whatever its text is', () => {
  const texts = {
    'an id': hot.id,
    'the beginning of many ids': MIDST.slice(0, 8),
    'an external id': 'large-7000',
    'the beginning of all external ids': 'large',
    'an external id of another source': 'seen-large-700',
    'an order': 'order 7',
    'an address': hot.email,
    'the beginning of many addresses': 'many-',
    'the beginning of all references': 'x',
    'one letter': 'e',
    'the last letter': 'z',
    'a space between letters': 'a b',
    wildcards: '%_%',
    'digits alone': '0'.repeat(255),
  };
  for (const [title, text] of Object.entries(texts)) {
    test(title, async () => {
      const { find, findCards } = searchRepository();
      const queries = await scansOf(async (db) => findCards(db, await find(db, termsOf(text), LIMIT)));
      const nodes = queries.flat();
      assert.deepEqual(
        nodes.filter(
          (node) => node['Node Type'] === 'Seq Scan' && !FEW_ROWS.has(node['Relation Name'] ?? ''),
        ),
        [],
      );
      assert.ok(rowsRead(nodes) <= 30 * LIMIT, `${rowsRead(nodes)} rows: ${JSON.stringify(nodes, null, 1)}`);
    });
  }
});

test('a timeline reads little more than what touched the purchase', async () => {
  const [revised] = await runSql(
    database.url,
    "select id from purchases where revision > 0 and status = 'confirmed' order by id desc limit 1",
  );
  const repository = timelineRepository();
  const queries = await scansOf(async (db) => {
    const facts = await repository.findFacts(db, String(revised?.id));
    assert.ok(facts !== undefined);
    await repository.findEvents(db, facts.id);
    await repository.findEntries(db, facts);
    await repository.findRevisions(db, facts);
    await repository.findWitnesses(db, facts);
    await repository.findPayoutsAfter(db, facts, 1n);
  });
  const nodes = queries.flat();
  assert.deepEqual(
    nodes.filter((node) => node['Node Type'] === 'Seq Scan' && !SMALL_HERE.has(node['Relation Name'] ?? '')),
    [],
  );
  assert.ok(rowsRead(nodes) <= 100, `${rowsRead(nodes)} rows: ${JSON.stringify(nodes, null, 1)}`);
});

describe('a page of holds reads little more than itself', () => {
  const filters: Record<string, HoldFilter> = {
    'without a filter': {},
    'of those released': { statuses: ['released'] },
    'of those open': { statuses: ['open'] },
  };
  for (const [title, filter] of Object.entries(filters)) {
    test(title, async () => {
      await assertReadsLittle((db, page) => holdRepository().list(db, filter, page), BOTH_ORDERS);
    });
  }
});

describe('the total of holds', () => {
  const totalOf = async (query: string) => {
    const { body } = await platform.api('GET', `/purchase-holds?${query}`, { token: admin.token });
    return { total: body.pagination.total, isEstimate: body.pagination.total_is_estimate };
  };

  test('is an estimate and says so where more match than are counted, and exact on the last page', async () => {
    for (const query of ['', 'status=released', `cursor=${Buffer.from(MIDST).toString('base64url')}`]) {
      const { total, isEstimate } = await totalOf(query);
      assert.equal(isEstimate, true, query);
      assert.ok(total > 0.9 * HOLDS && total < 1.1 * HOLDS, `${query}: ${total}`);
    }
    assert.deepEqual(await totalOf(`offset=${HOLDS - 5}`), { total: HOLDS, isEstimate: undefined });
  });

  test('is exact where as many match as are counted, or fewer', async () => {
    const ofHot = `from purchase_holds join purchases on id = purchase_id where user_id = '${hot.id}'`;
    const [counted] = await runSql(database.url, `select count(*)::int as total ${ofHot}`);
    assert.ok(Number(counted?.total) > LIMIT);
    assert.deepEqual(await totalOf(`user_id=${hot.id}`), { total: counted?.total, isEstimate: undefined });
    assert.deepEqual(await totalOf('status=open'), { total: 0, isEstimate: undefined });
  });
});

/** On the first page, on a page in the midst of the list, and behind its end. */
async function assertReadsLittle(
  list: (db: typeof database.db, page: PageRequest) => Promise<unknown>,
  orders: readonly Pick<PageRequest, 'oldestFirst'>[] = [{}],
): Promise<void> {
  const starts = [{}, { after: MIDST }, { after: '00000000-0000-7000-8000-000000000000' }];
  for (const page of orders.flatMap((order) => starts.map((start) => ({ ...FIRST, ...start, ...order })))) {
    const [rows = [], count = []] = await scansOf((db) => list(db, page));
    assert.deepEqual(
      rows.filter((node) => node['Node Type'] === 'Seq Scan' && !FEW_ROWS.has(node['Relation Name'] ?? '')),
      [],
    );
    assert.ok(rowsRead(count) <= COUNTED_ROWS + MOST_READ, `${rowsRead(count)} rows counted`);
    assert.ok(rowsRead(rows) <= MOST_READ, `${rowsRead(rows)} rows: ${JSON.stringify(rows, null, 1)}`);
  }
}
