import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import { verifyLedger } from '../../src/modules/insight/proof/index.ts';
import { SETTINGS } from '../../src/settings.ts';
import { startTestPlatform } from '../support/platform.ts';
import { openShop, rowsOf } from '../support/purchases-shop.ts';

/*
 * The pages for operators name what exists, and their SQL does what they say.
 */

// Mail is configured, so that its metrics are there too.
const platform = await startTestPlatform({
  environment: {
    SMTP_URL: 'smtp://localhost:2525',
    MAIL_FROM: 'Shop <hello@example.com>',
    PAYOUT_EMAIL_PROOF: 'optional',
  },
});
const { api, admin, database } = platform;

const read = (path: string) => readFileSync(join(PROJECT_DIRECTORY, path), 'utf8');
const page = ['operations', 'monitoring', 'recovery'].map((name) => read(`docs/${name}.md`)).join('\n');
const statements = [...page.matchAll(/^ *```sql\n([\s\S]+?)^ *```/gm)].map(([, sql]) => sql ?? '');

describe('the pages for operators', () => {
  test('explain exactly the metrics that the platform exposes', async () => {
    const { body } = await platform.platform.server.inject('/metrics');
    const exposed = [...body.matchAll(/^# TYPE ((?:http|clicknback)_\w+) /gm)].map(([, name]) => name);
    const cells = [...page.matchAll(/^\| (`(?:http|clicknback)_\w+`(?:, `\w+`)*) \|/gm)];
    const explained = cells.flatMap(([, cell]) => (cell ?? '').replaceAll('`', '').split(', '));
    assert.ok(exposed.length > 5);
    assert.deepEqual(explained.sort(), exposed.sort());
  });

  test('name existing commands, variables and error codes', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const commands = [...page.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? '');
    assert.ok(commands.length > 5);
    for (const name of commands) assert.ok(name in scripts, name);

    const compose = read('compose.yaml');
    const openApi = read('openapi.json');
    for (const [, name] of page.matchAll(/`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`/g)) {
      const isVariable = `${name}` in SETTINGS || compose.includes(`\${${name}`);
      assert.ok(isVariable || openApi.includes(`\`${name}\``), `${name}`);
    }
  });

  test('have queries that inspect a wallet and show its faults', async () => {
    const { walletId } = await tradingShop();
    const looks = statements.filter((sql) => /^\s*--/.test(sql));
    assert.equal(looks.length, 4);

    const [journal, wallet, purchases, audit] = await Promise.all(looks.map((sql) => run(sql, walletId)));

    assert.equal(journal?.length, 4);
    for (const row of journal ?? []) {
      for (const bucket of ['pending', 'available', 'paid']) {
        assert.equal(Number(row[`${bucket}_after`]), Number(row[`${bucket}_replayed`]));
      }
    }
    assert.equal(wallet?.length, 1);
    assert.deepEqual(purchases, []);
    assert.ok((audit?.length ?? 0) >= 4);

    await forge(`delete from wallet_entries where wallet_id = '${walletId}' and sequence = 2`);
    const [, , differing] = await Promise.all(looks.map((sql) => run(sql, walletId)));
    assert.equal(differing?.length, 1);
  });

  test('have a correction that restores a balance from the journal and leaves every trigger enabled', async () => {
    const { walletId, shop } = await tradingShop();
    await forge(`update wallets set available = available + 1000 where id = '${walletId}'`);
    assert.ok(await isFaulty(walletId));
    const [correction = '', ...others] = statements.filter((sql) => /^\s*begin;/.test(sql));
    assert.deepEqual(others, []);

    await run(correction, walletId);

    assert.ok(!(await isFaulty(walletId)));
    assert.equal((await shop.confirm((await shop.buy()).id)).status, 200);
    const disabled = await rowsOf(platform, "select tgname from pg_trigger where tgenabled <> 'O'");
    assert.deepEqual(disabled, []);
  });

  test('end every session after a restore', async () => {
    const [sql = ''] = statements.filter((statement) => /update sessions/.test(statement));
    await run(sql);
    const { status, body } = await api('GET', '/users/me', { token: admin.token });
    assert.equal(status, 401);
    assert.equal(body.error.code, 'TOKEN_REVOKED');
  });
});

/** A wallet of four entries: a reward that is pending, one that was confirmed and one that came back. */
async function tradingShop() {
  const shop = await openShop(platform);
  await shop.buy();
  const confirmed = await shop.buy();
  await shop.confirm(confirmed.id);
  await shop.reverse(confirmed.id);
  const [wallet] = await rowsOf(platform, `select id from wallets where user_id = '${shop.shopper.id}'`);
  return { shop, walletId: String(wallet?.id) };
}

/** As psql runs it, which replaces its variables. */
function run(sql: string, walletId = ''): Promise<Record<string, unknown>[]> {
  return rowsOf(platform, sql.replaceAll(":'wallet'", `'${walletId}'`));
}

function forge(statement: string): Promise<unknown> {
  return rowsOf(platform, `set session_replication_role = replica; ${statement}`);
}

async function isFaulty(walletId: string): Promise<boolean> {
  const { faults } = await verifyLedger(database);
  return faults.some((fault) => fault.walletId === walletId);
}
