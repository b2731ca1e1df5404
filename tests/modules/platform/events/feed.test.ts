import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventObject } from '../../../../src/modules/platform/events/index.ts';
import { beginTransaction, runSql } from '../../../support/database.ts';
import { assertRefused, startTestPlatform } from '../../../support/platform.ts';

const platform = await startTestPlatform();
const { api, admin, database } = platform;
const { token } = admin;

type Page = { data: EventObject[]; cursor: string; has_more: boolean };

/** True while a test keeps a transaction open. */
let isHeldOpen = false;

async function read(query: Readonly<Record<string, string | readonly string[]>> = {}): Promise<Page> {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, value] as [string, string]),
  );
  if (!isHeldOpen) await platform.untilFeedIsComplete();
  const { status, body } = await api('GET', `/events?${new URLSearchParams(pairs)}`, { token });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

const namesOf = ({ data }: Page) => data.map((event) => event.data.name);
const createMerchants = async (...names: string[]) => {
  for (const name of names) await platform.createMerchant({ name });
};

/** The record of a merchant's creation as a transaction writes it. `recorded_in` is its own unless it is given. */
const insertRecord = (name: string, recordedIn = 'pg_current_xact_id()') =>
  `insert into audit_logs (id, occurred_at, actor_type, action, resource_type, resource_id, outcome, details, recorded_in)
   select gen_random_uuid(), now(), 'system', 'merchant.changed', 'merchant', id, 'success', '{"name": "${name}"}',
     ${recordedIn} from merchants limit 1`;

describe('GET /events', () => {
  test('shows what happened in order, and a cursor that continues at the end', async () => {
    const { cursor: before } = await read({ cursor: 'latest' });
    await createMerchants('A', 'B', 'C', 'D', 'E');

    const first = await read({ cursor: before, limit: '2' });
    assert.deepEqual([namesOf(first), first.has_more], [['A', 'B'], true]);
    const second = await read({ cursor: first.cursor, limit: '2' });
    assert.deepEqual([namesOf(second), second.has_more], [['C', 'D'], true]);
    const third = await read({ cursor: second.cursor, limit: '2' });
    assert.deepEqual([namesOf(third), third.has_more], [['E'], false]);
    const end = await read({ cursor: third.cursor, limit: '2' });
    assert.deepEqual([end.data, end.has_more], [[], false]);

    await createMerchants('F');
    assert.deepEqual(namesOf(await read({ cursor: end.cursor })), ['F']);
  });

  test('starts with the first event, and leaves out what only auditors need', async () => {
    await api('POST', '/auth/login', { body: { email: admin.email, password: 'Wr0ng!Pass' } });
    const events: { id: string; type: string }[] = [];
    let page = await read({ limit: '3' });
    for (; page.has_more; page = await read({ limit: '3', cursor: page.cursor })) events.push(...page.data);
    events.push(...page.data);
    const rows = await runSql(
      database.url,
      `select id, action as type from audit_logs where action like 'merchant.%' order by recorded_in, id`,
    );
    assert.ok(rows.length > 3);
    assert.deepEqual(
      events.map(({ id, type }) => ({ id, type })),
      rows,
    );
  });

  test('waits for a transaction that is open, and then shows it before later ones', async () => {
    const { cursor } = await read({ cursor: 'latest' });
    const late = await beginTransaction(database.url);
    isHeldOpen = true;
    await late.run(insertRecord('late'));
    await createMerchants('G');
    const waiting = await read({ cursor });
    assert.deepEqual([waiting.data, waiting.has_more, waiting.cursor], [[], false, cursor]);
    await late.commit();
    isHeldOpen = false;
    assert.deepEqual(namesOf(await read({ cursor })), ['late', 'G']);
  });

  test('filters by types, patterns and the resource', async () => {
    const { cursor } = await read({ cursor: 'latest' });
    const merchantId = await platform.createMerchant();
    const offerId = await platform.createOffer(merchantId);
    await api('PATCH', `/offers/${offerId}/status`, { token, body: { status: 'inactive' } });
    const typesOf = ({ data }: Page) => data.map(({ type }) => type);
    for (const [query, types] of [
      [{ type: 'offer.*' }, ['offer.created', 'offer.deactivated']],
      [{ type: ['offer.created', 'merchant.created'] }, ['merchant.created', 'offer.created']],
      [{ resource_id: offerId }, ['offer.created', 'offer.deactivated']],
      [{ resource_id: offerId, type: 'offer.deactivated' }, ['offer.deactivated']],
      [{ resource_id: merchantId, type: 'offer.*' }, []],
    ] as const) {
      const page = await read({ ...query, cursor });
      assert.deepEqual([typesOf(page), page.has_more], [types, false], JSON.stringify(query));
      assert.deepEqual((await read({ ...query, cursor: page.cursor })).data, []);
    }
    const first = await read({ resource_id: offerId, limit: '1' });
    assert.deepEqual([typesOf(first), first.has_more], [['offer.created'], true]);
    const rest = await read({ resource_id: offerId, limit: '1', cursor: first.cursor });
    assert.deepEqual([typesOf(rest), rest.has_more], [['offer.deactivated'], false]);
  });

  test('finds a rare event behind thousands of others, on pages of a bounded cost', async () => {
    const { cursor } = await read({ cursor: 'latest' });
    await runSql(
      database.url,
      `insert into audit_logs (id, occurred_at, actor_type, action, resource_type, resource_id, outcome)
       select gen_random_uuid(), now(), 'system', 'session.opened', 'session', gen_random_uuid(), 'success'
       from generate_series(1, 11000)`,
    );
    await createMerchants('rare');
    const far = await read({ cursor });
    assert.deepEqual([far.data, far.has_more], [[], true]);
    const near = await read({ cursor: far.cursor });
    assert.deepEqual([namesOf(near), near.has_more], [['rare'], false]);
  });

  test('fills its pages where most records are of other types', async () => {
    const { cursor } = await read({ cursor: 'latest' });
    for (const name of ['H', 'I', 'J']) {
      await platform.registerUser();
      await createMerchants(name);
    }
    const first = await read({ cursor, type: 'merchant.*', limit: '2' });
    assert.deepEqual([namesOf(first), first.has_more], [['H', 'I'], true]);
    assert.deepEqual(namesOf(await read({ cursor: first.cursor, type: 'merchant.*' })), ['J']);
  });

  test('refuses types that the feed does not have, and cursors of other databases', async () => {
    const strange = Buffer.from(`7.${crypto.randomUUID()}`).toString('base64url');
    for (const query of [
      'type=login.refused',
      'type=purchase.*&type=lamp.*',
      'type=purchase',
      `cursor=${strange}`,
      'cursor=Zm9v',
    ])
      assertRefused(await api('GET', `/events?${query}`, { token }), 422, 'VALIDATION_ERROR');
  });

  test('continues after a restore into a server with lower transaction ids', async () => {
    const { cursor } = await read({ cursor: 'latest' });
    const recordedIn = `(pg_current_xact_id()::text::bigint + 1000000)::text::xid8`;
    await runSql(database.url, insertRecord('restored', recordedIn));
    await runSql(database.url, 'select continue_recording()');
    await createMerchants('K');
    assert.deepEqual(namesOf(await read({ cursor })), ['restored', 'K']);
    const { cursor: end } = await read({ cursor: 'latest' });
    await createMerchants('L');
    assert.deepEqual(namesOf(await read({ cursor: end })), ['L']);
  });
});
