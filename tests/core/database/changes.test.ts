import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { type ChangedKeys, followChanges } from '../../../src/core/database/changes.ts';
import { type Database, openDatabase } from '../../../src/core/database/index.ts';
import { newId } from '../../../src/core/id.ts';
import { createTestDatabase, runSql } from '../../support/database.ts';
import { startProxy } from '../../support/proxy.ts';
import { until } from '../../support/until.ts';

const database = await createTestDatabase();
const sql = (statement: string) => runSql(database.url, statement);

/** What a process is told of from now on, as `table keys`, with the lines it logged. */
async function follow({
  through = database,
  lease_ms = 60_000,
}: {
  through?: Database;
  lease_ms?: number;
} = {}) {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line).msg) });
  const changes = followChanges({ database: through, logger, lease_ms });
  const told: string[] = [];
  const tell = (table: string) => (keys: ChangedKeys) =>
    told.push(`${table} ${keys === 'all' ? 'all' : keys.toSorted().join(',')}`);
  for (const table of ['merchants', 'offers', 'partners', 'partner_keys'])
    changes.subscribe(table, tell(table));
  after(() => changes.close());
  await changes.start();
  return { changes, told, lines };
}

/** A marker that follows whatever was told before it, so that nothing more is coming. */
async function nextMarker(told: string[]): Promise<string[]> {
  const marker = newId();
  await sql(`select pg_notify('clicknback_changes', 'merchants ${marker}')`);
  await until(() => told.includes(`merchants ${marker}`));
  return told.splice(0).filter((line) => !line.includes(marker));
}

async function insertMerchants(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId()).sort();
  const values = ids.map((id) => `('${id}', '${id}', 5, now())`);
  await sql(`insert into merchants (id, name, default_cashback_percentage, created_at) values ${values}`);
  return ids;
}

function insertOffer(merchantId: string, startDate: string): Promise<unknown> {
  return sql(
    `insert into offers (id, merchant_id, cashback_type, cashback_value, currency, start_date, end_date, created_at)
     values ('${newId()}', '${merchantId}', 'percent', 5, 'EUR', '${startDate}', '${startDate}', now())`,
  );
}

describe('a change made in SQL', () => {
  test('is notified with the keys of the changed rows, after COMMIT', async () => {
    const { told } = await follow();
    const [first, second, third] = await insertMerchants(3);
    assert.deepEqual(await nextMarker(told), [], 'nothing remembers that a merchant was missing');

    await sql(`update merchants set active = false where id in ('${first}', '${second}')`);
    assert.deepEqual(await nextMarker(told), [`merchants ${first},${second}`]);

    await insertOffer(`${third}`, '2026-01-01');
    assert.deepEqual(await nextMarker(told), [`offers ${third}`]);
    await sql(`update offers set active = false where merchant_id = '${third}'`);
    assert.deepEqual(await nextMarker(told), [`offers ${third}`]);

    await sql(`delete from merchants where id = '${second}'`);
    assert.deepEqual(await nextMarker(told), [`merchants ${second}`]);

    await sql(`update merchants set id = '${second}' where id = '${first}'`);
    assert.deepEqual(await nextMarker(told), [`merchants ${[first, second].toSorted()}`]);
  });

  test('of a partner is notified as a change of any key; the use of a key is not', async () => {
    const { told } = await follow();
    const id = newId();
    await sql(`insert into partners (id, name, created_at) values ('${id}', '${id}', now())`);
    await sql(`insert into partner_keys (id, partner_id, prefix, key_hash, scopes, created_at)
               values ('${id}', '${id}', 'x', sha256('${id}'), '{purchases:write}', now())`);
    await sql(`update partner_keys set last_used_at = now()`);
    assert.deepEqual(await nextMarker(told), []);

    for (const change of [
      'revoked_at = now()',
      `expires_at = now() + '1 day'`,
      `scopes = '{purchases:settle}'`,
    ]) {
      await sql(`update partner_keys set ${change}`);
      assert.deepEqual(await nextMarker(told), ['partner_keys all'], change);
    }
    for (const change of ['active = false', `signing_secret = 'x'`, 'signature_required = true']) {
      await sql(`update partners set ${change}`);
      assert.deepEqual(await nextMarker(told), ['partners all'], change);
    }
    await sql('delete from partner_keys');
    assert.deepEqual(await nextMarker(told), ['partner_keys all']);
  });

  test('is not notified if it changed nothing, or was rolled back', async () => {
    const { told } = await follow();
    const [id] = await insertMerchants(1);

    await sql(`begin; update merchants set active = false where id = '${id}'; rollback`);
    await sql(`update merchants set active = false where id = '${newId()}'`);

    assert.deepEqual(await nextMarker(told), []);
  });

  test('of more rows than fit is notified as a change of any row', async () => {
    const { told } = await follow();
    const ids = await insertMerchants(1_000);

    await sql(`update merchants set active = false where id in (${ids.map((id) => `'${id}'`)})`);
    assert.deepEqual(await nextMarker(told), ['merchants all']);

    await sql(`update merchants set active = true where id in (${ids.slice(0, 100).map((id) => `'${id}'`)})`);
    assert.deepEqual(await nextMarker(told), [`merchants ${ids.slice(0, 100)}`]);
  });
});

describe('a connection that follows changes', () => {
  test('names itself to the server, and is gone after it was closed', async () => {
    const { changes } = await follow();
    const followers = () =>
      sql(`select pid from pg_stat_activity
           where datname = current_database() and application_name = 'clicknback-changes'`);
    const before = await followers();
    assert.ok(before.length >= 1);

    await changes.close();

    assert.equal(changes.areFollowed(), false);
    await until(async () => (await followers()).length === before.length - 1);
  });

  test('that is lost counts as any change, is made again, and says so twice', async () => {
    const { changes, told, lines } = await follow();
    assert.ok(changes.areFollowed());

    await sql(`select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and application_name = 'clicknback-changes'`);
    await until(() => !changes.areFollowed());
    await until(() => told.includes('merchants all') && told.includes('offers all'));

    await until(changes.areFollowed);
    const [id] = await insertMerchants(1);
    await sql(`update merchants set active = false where id = '${id}'`);
    assert.ok((await nextMarker(told)).includes(`merchants ${id}`));
    assert.deepEqual(lines, [
      'changes cannot be followed: caches are bypassed until they can',
      'changes are followed again',
    ]);
  });

  test('that falls silent is not believed for longer than its lease', async () => {
    const proxy = await startProxy(database.url);
    const through = openDatabase({ url: proxy.url, maxConnections: 2, onLostConnection: () => undefined });
    after(() => through.close());
    const lease_ms = 750;
    const { changes, told } = await follow({ through, lease_ms });
    await until(changes.areFollowed);

    const silentAt_ms = performance.now();
    proxy.silence();
    // From before the question, so that it is no later than the answer, however busy the machine is.
    let lastBelieved_ms = silentAt_ms;
    await until(() => {
      const asked_ms = performance.now();
      if (!changes.areFollowed()) return true;
      lastBelieved_ms = asked_ms;
      return false;
    });
    assert.ok(lastBelieved_ms - silentAt_ms < lease_ms);
    await until(() => told.includes('merchants all'));

    proxy.restore();
    await until(changes.areFollowed);
    assert.deepEqual((await nextMarker(told)).slice(0, 2), ['merchants all', 'offers all']);
  });

  test('that cannot be made does not hold up the start', async () => {
    const unreachable = openDatabase({
      url: 'postgres://nobody:x@127.0.0.1:1/none',
      maxConnections: 2,
      onLostConnection: () => undefined,
    });
    const { changes, lines } = await follow({ through: unreachable });

    assert.equal(changes.areFollowed(), false);
    assert.equal(lines.length, 1);
    await changes.close();
  });
});
