import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { keepBooks, proveAltered } from '../../../support/altered-books.ts';
import { runCommand } from '../../../support/child-platform.ts';
import { testClock } from '../../../support/clock.ts';
import { runSql } from '../../../support/database.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { sealRecords, untilSealable } from '../../../support/seals.ts';

/* Seals are made of records that are in the past of the database. */
const platform = await startTestPlatform({ clock: testClock('2025-06-15T10:00:00Z') });
const { database } = platform;
const books = await keepBooks(platform);
const sealedAtFirst = await sealRecords(database, 20);

const sentencesOf = async (statement: string, isHidden = false) => {
  const { faults } = await proveAltered(books, { statement, isHidden });
  return faults.map(({ sentence }) => sentence);
};

describe('the seals of the audit log', () => {
  test('cover every record once, in parts that are chained', async () => {
    const [counted] = await runSql(database.url, 'select count(*)::int as records from audit_logs');
    assert.equal(
      sealedAtFirst.reduce((sum, records) => sum + records, 0),
      counted?.records,
    );
    assert.ok(sealedAtFirst.length > 3);
    assert.deepEqual(await sealRecords(database), []);
    const { verdict, sealed } = await verifyLedger(database);
    assert.equal(verdict, 'right');
    assert.deepEqual(
      [sealed.seals, sealed.records, sealed.unsealed],
      [sealedAtFirst.length, counted?.records, 0],
    );
  });

  test('leave out what is newer than two minutes, in the job of the platform', async () => {
    const now = Temporal.Now.instant();
    const other = await startTestPlatform({ clock: testClock(now.subtract({ minutes: 5 }).toString()) });
    await untilSealable(other.database);
    const [records, ...others] = await other.runJob('seal-audit-log');
    assert.ok(records && records >= 2);
    assert.deepEqual(others, []);
    await other.passTime({ minutes: 4 });
    assert.deepEqual(await other.runJob('seal-audit-log'), []);
    assert.ok((await verifyLedger(other.database)).sealed.unsealed > 0);
  });

  test('stay right when a record arrives late, of a process whose clock is behind', async () => {
    const [{ id } = {}] = await runSql(
      database.url,
      'select id from audit_logs order by id offset 5 limit 1',
    );
    const sentences = await sentencesOf(`
      insert into audit_logs (id, occurred_at, actor_type, action, resource_type, resource_id, outcome)
      values (overlay('${id}' placing 'ffffffffffff' from 25)::uuid, now(), 'system', 'lamp.lit', 'lamp', '${id}', 'success')`);
    assert.deepEqual(sentences, []);
  });

  test('are made by one process at a time', async () => {
    const other = await startTestPlatform({ clock: testClock('2025-06-15T10:00:00Z') });
    for (let count = 0; count < 5; count += 1) await other.registerUser();
    await Promise.all(Array.from({ length: 4 }, () => sealRecords(other.database, 3)));
    const { verdict, sealed, faults } = await verifyLedger(other.database);
    assert.deepEqual(faults, []);
    assert.equal(verdict, 'right');
    assert.ok(sealed.seals >= 3);
  });
});

describe('an audit log that was altered', () => {
  for (const [title, statement, found] of [
    [
      'a record that is gone',
      `delete from audit_logs where action = 'user.registered'`,
      /Seal \d+ of the audit log covers 20 records, of which the audit log has \d+\./,
    ],
    [
      'a detail',
      `update audit_logs set details = details || '{"code": "X"}' where id = (select id from audit_logs where action = 'session.opened' limit 1)`,
      /Seal 1 of the audit log does not fit its records: one of them or an earlier seal was altered\./,
    ],
    ...['occurred_at = now()', "actor_type = 'system'", 'actor_id = null', "request_id = 'x'"].map(
      (change) =>
        [
          change,
          `update audit_logs set ${change} where id = (select id from audit_logs where action = 'merchant.created' limit 1)`,
          /does not fit its records/,
        ] as const,
    ),
    [
      'a record that is hidden as a late one',
      'update audit_logs set recorded_in = pg_current_xact_id() where id = (select id from audit_logs order by id limit 1)',
      /Seal 1 of the audit log covers 20 records, of which the audit log has 19\./,
    ],
    [
      'a record that is put beside the others',
      `insert into audit_logs
       select overlay(id::text placing 'ffffffffffff' from 25)::uuid, occurred_at, actor_type, actor_id, action,
         resource_type, resource_id, outcome, details, request_id, recorded_in
       from audit_logs order by id limit 1`,
      /Seal \d of the audit log covers \d+ records, of which the audit log has \d+\./,
    ],
    [
      'a seal that is gone',
      'delete from audit_seals where number = 2',
      /Seal 3 of the audit log does not follow the previous one\./,
    ],
    [
      'the digest of a seal',
      "update audit_seals set digest = sha256('x') where number = 2",
      /Seal 2 .* does not fit its records/,
    ],
    [
      'the time of a seal',
      "update audit_seals set sealed_at = sealed_at - interval '1 microsecond' where number = 2",
      /Seal 2 .* does not fit its records/,
    ],
    [
      'a seal of the future, which would leave out what comes',
      `insert into audit_seals
       select number + 1, 'ffffffff-0000-0000-0000-000000000000', before, 1, sealed_at, digest from audit_seals order by number desc limit 1`,
      /covers records that were not there yet\./,
    ],
  ] as const) {
    test(`is found: ${title}`, async () => {
      const sentences = await sentencesOf(statement);
      assert.ok(
        sentences.some((sentence) => found.test(sentence)),
        sentences.join('\n'),
      );
    });
  }
});

describe('a copy of a seal', () => {
  const copy = async () => {
    const { sealed } = await verifyLedger(database);
    return `${sealed.last?.number}:${sealed.last?.digest}`;
  };
  const verify = (...args: string[]) =>
    runCommand('src/cli/ledger-verify.ts', args, { DATABASE_URL: database.url });

  test('is printed by ledger-verify, and proven when it is given', async () => {
    const printed = await verify();
    assert.equal(printed.code, 0, printed.output);
    assert.match(
      printed.output,
      /^\d+ seals cover \d+ audit records; the last one is of \S+\. 0 records are not sealed yet\.$/m,
    );
    assert.ok(printed.output.includes(`Keep a copy of the last seal elsewhere: ${await copy()}`));
    assert.equal((await verify('--seal', await copy())).code, 0);
  });

  test('finds seals that were made again after an erasure', async () => {
    const [number, digest = ''] = (await copy()).split(':');
    const wrong = `${number}:${digest.replace(/^./, (first) => (first === '0' ? '1' : '0'))}`;
    for (const anchor of [wrong, `99:${digest}`]) {
      const { code, output } = await verify('--seal', anchor);
      assert.equal(code, 1);
      assert.ok(output.includes(`The audit log has no seal ${anchor}: seals were removed or made again.`));
    }
  });

  test('is refused in another form', async () => {
    const { code, output } = await verify('--seal', '12');
    assert.equal(code, 1);
    assert.match(output, /^--seal takes a number and a digest/);
  });
});
