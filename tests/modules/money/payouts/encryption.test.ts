import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { createPlatform } from '../../../../src/app.ts';
import { PROJECT_DIRECTORY, readConfig } from '../../../../src/config.ts';
import { runSql } from '../../../support/database.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { ACCOUNT_HOLDER, IBAN } from '../../../support/payouts-builders.ts';
import { startTestPlatform } from '../../../support/platform.ts';

const key = (id: string) => `${id}:${Buffer.alloc(32, id).toString('base64')}`;
const platform = await startTestPlatform({ environment: { ENCRYPTION_KEYS: key('old') } });
const { api, admin, database, clock } = platform;
const vault = await startTestPlatform({
  environment: {
    ENCRYPTION_KEYS: key('old'),
    PAYOUT_MINIMUM: '1',
  },
});

/** Every value of every column of every table, as text. */
async function wholeDatabase(): Promise<string> {
  const tables = await runSql(
    database.url,
    "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
  );
  assert.ok(tables.length > 12);
  const rows = await Promise.all(
    tables.map(({ table_name }) => runSql(database.url, `select t::text as line from "${table_name}" as t`)),
  );
  return rows
    .flat()
    .map(({ line }) => line)
    .join('\n');
}

describe('bank details', () => {
  test('stand nowhere in the database or in a log line, whatever becomes of the request', async () => {
    const lines: string[] = [];
    const destination = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const logger = pino({ level: 'trace' }, destination);
    const other = await createPlatform({ config: platform.config, database, clock, logger });
    const desk = await openPayoutDesk(platform, 30_00n);
    const send = (payload: object, headers: object = {}) =>
      other.server.inject({
        method: 'POST',
        url: '/api/v1/users/me/payouts',
        headers: { authorization: `Bearer ${desk.user.token}`, ...headers },
        payload,
      });
    const body = (fields: object = {}) => ({
      amount: '10.00',
      method: 'bank_transfer',
      details: { iban: IBAN, account_holder: ACCOUNT_HOLDER },
      ...fields,
    });

    const answers = [
      await send(body(), { 'idempotency-key': 'k1' }),
      await send(body(), { 'idempotency-key': 'k1' }),
      await send(body({ amount: '11.00' }), { 'idempotency-key': 'k1' }),
      await send(body({ amount: '100.00' }), { 'idempotency-key': 'k2' }),
      await send(body({ amount: '1.00' })),
      await send(body({ unknown: 1 })),
      await send(body({ details: { iban: `${IBAN}0`, account_holder: ACCOUNT_HOLDER } })),
      await send({ iban: IBAN, account_holder: ACCOUNT_HOLDER }),
    ];
    const { id } = answers[0]?.json() ?? {};
    await desk.process(id, { status: 'processing' });
    await api('GET', `/payouts/${id}/bank-details`, { token: admin.token });
    await desk.process(id, { status: 'failed', reason: 'account closed' });

    assert.deepEqual(
      answers.map(({ statusCode }) => statusCode),
      [201, 201, 409, 409, 422, 422, 422, 422],
    );
    const everything = [await wholeDatabase(), ...lines, ...answers.map((answer) => answer.body)].join('\n');
    assert.ok(
      lines.some((line) => line.includes('payout requested')),
      'the log was read',
    );
    assert.ok(everything.includes('DE89**************3000'), 'the database was read');
    for (const secret of [IBAN, IBAN.slice(4), IBAN.slice(4, -4), ACCOUNT_HOLDER, 'Erika', 'Mustermann']) {
      assert.ok(!everything.includes(secret), `${secret} is in the clear`);
    }
    await other.close();
  });

  test('of one payout do not open under another', async () => {
    const desk = await openPayoutDesk(platform);
    const [first, second] = [await desk.requested(), await desk.requested()];
    await desk.rows(`update payouts set details_encrypted =
      (select details_encrypted from payouts where id = '${first}') where id = '${second}'`);
    await desk.process(second, { status: 'processing' });

    const answer = await api('GET', `/payouts/${second}/bank-details`, { token: admin.token });

    assert.equal(answer.status, 500);
    assert.equal(answer.body.error.code, 'INTERNAL_ERROR');
    await desk.rows(`update payouts set details_encrypted =
      (select details_encrypted from payouts where id = '${second}') where id = '${first}'`);
  });
});

describe('npm run encryption-rotate', () => {
  const rotate = async (keys: string) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['src/cli/encryption-rotate.ts'], {
      cwd: PROJECT_DIRECTORY,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'test',
        DATABASE_URL: vault.database.url,
        ENCRYPTION_KEYS: keys,
      },
    });
    return stdout;
  };
  const keysInUse = async () => {
    const rows = await runSql(
      vault.database.url,
      "select split_part(details_encrypted, '.', 1) as key, count(*)::int as n from payouts group by 1",
    );
    return rows.map((row) => `${row.key} ${row.n}`);
  };
  const facts = () =>
    runSql(
      vault.database.url,
      "select to_jsonb(p) - 'details_encrypted' - 'account_fingerprint' as facts from payouts as p order by id",
    );

  test('says which key is missing, and leaves everything as it was', async () => {
    const desk = await openPayoutDesk(vault, 1_000_00n);
    const order = {
      actor: { type: 'user', id: desk.user.id, requestId: null },
      userId: desk.user.id,
      amount: 1_00n,
      currency: 'EUR',
      method: 'bank_transfer',
      bankDetails: { iban: IBAN, accountHolder: ACCOUNT_HOLDER },
      request: undefined,
    } as const;
    const outcomes = await vault.platform.modules.payouts.service.requestPayouts(
      Array.from({ length: 1_000 }, () => order),
    );
    assert.ok(outcomes.every(({ ok }) => ok));

    await assert.rejects(rotate(key('new')), /the encryption key "old" is not configured/);

    assert.deepEqual(await keysInUse(), ['old 1000']);
  });

  test('encrypts everything with the new key, in batches, and changes nothing else', async () => {
    const before = await facts();

    const first = await rotate(`${key('new')},${key('old')}`);
    const again = await rotate(`${key('new')},${key('old')}`);

    assert.match(first, /bank details of payouts: 1000 encrypted again\n(.*\n)*Everything .* "new"/);
    assert.match(again, /: 0 encrypted again/);
    assert.deepEqual(await keysInUse(), ['new 1000']);
    assert.deepEqual(await facts(), before);
  });

  test('leaves payouts that are revealed without the old key', async () => {
    const [payout] = await runSql(vault.database.url, 'select id from payouts limit 1');
    await vault.api('PATCH', `/payouts/${payout?.id}/process`, {
      token: vault.admin.token,
      body: { status: 'processing' },
    });
    const { encryptionKeys } = readConfig({ ENCRYPTION_KEYS: key('new') });
    const other = await createPlatform({
      config: { ...vault.config, encryptionKeys },
      database: vault.database,
      clock: vault.clock,
      logger: pino({ level: 'silent' }),
    });
    const answer = await other.server.inject({
      method: 'GET',
      url: `/api/v1/payouts/${payout?.id}/bank-details`,
      headers: { authorization: `Bearer ${vault.admin.token}` },
    });
    assert.deepEqual(answer.json().details, { iban: IBAN, account_holder: ACCOUNT_HOLDER });
    await other.close();
  });
});
