import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type ChildPlatform, runCommand, spawnPlatform } from '../support/child-platform.ts';
import { runSql, SCRATCH_VARIABLE } from '../support/database.ts';
import { until } from '../support/until.ts';

const scratch = join(process.env[SCRATCH_VARIABLE] ?? '', `backup-${process.pid}`);
const original = join(scratch, 'original');
const restored = join(scratch, 'restored');
const file = join(scratch, 'platform.tar.gz');

const backup = (path: string, environment: Record<string, string> = { DATA_DIR: original }) =>
  runCommand('src/cli/backup.ts', [path], environment);
const restore = (path: string, dataDirectory: string) =>
  runCommand('src/cli/restore.ts', [path], { DATA_DIR: dataDirectory });

describe('a backup of a platform under load', () => {
  test('brings back every purchase that was acknowledged before it, and no half of one', async () => {
    const platform = await spawnPlatform({ DATA_DIR: original, LOG_LEVEL: 'warn' });
    await platform.ready();
    const load = await startLoad(platform);
    await until(() => load.acknowledged().length >= 500);

    const acknowledgedBefore = load.acknowledged();
    const churn = startChurn(readFileSync(join(original, 'url'), 'utf8'));
    const taken = await backup(file);
    await churn.stop();
    const acknowledgedMeanwhile = load.acknowledged().length - acknowledgedBefore.length;
    await load.stop();

    assert.equal(taken.code, 0, taken.output);
    assert.ok(acknowledgedMeanwhile > 0, 'nothing was written while the backup was taken');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(
      readdirSync(scratch).filter((name) => name.includes('unfinished')),
      [],
    );

    const put = await restore(file, restored);
    assert.equal(put.code, 0, put.output);
    const archived = gunzipSync(readFileSync(file));
    const password = (folder: string) => readFileSync(join(folder, 'postgres.password'), 'utf8').trim();
    assert.ok(!archived.includes(password(original)), 'the backup holds the password of the superuser');
    assert.notEqual(password(restored), password(original));
    assert.equal(statSync(join(restored, 'postgres.password')).mode & 0o777, 0o600);
    const verdict = await runCommand('src/cli/ledger-verify.ts', [], { DATA_DIR: restored });
    assert.equal(verdict.code, 0, verdict.output);

    const again = await spawnPlatform({ DATA_DIR: restored, LOG_LEVEL: 'warn' });
    await again.ready();
    const url = readFileSync(join(restored, 'url'), 'utf8');
    const recorded = new Set(
      (await runSql(url, `select external_id from purchases where external_id like 'load-%'`)).map(
        ({ external_id }) => external_id,
      ),
    );
    const lost = acknowledgedBefore.filter((id) => !recorded.has(id));
    assert.deepEqual(lost, []);
    const [half] = await runSql(
      url,
      `select count(*)::int as count from purchases
       left join cashback_transactions as reward on reward.purchase_id = purchases.id
       left join wallet_entries as entry on entry.source_id = purchases.id and entry.type = 'cashback_credit'
       left join audit_logs as audit on audit.resource_id = purchases.id and audit.action = 'purchase.recorded'
       where reward.id is null or audit.id is null or (reward.amount > 0 and entry.id is null)`,
    );
    assert.deepEqual(half, { count: 0 });

    // It is a platform like any other: the same logins, and room for more.
    const more = await startLoad(again, 'more');
    await until(() => more.acknowledged().length >= 20);
    await more.stop();
  });

  test('overwrites nothing: neither a file nor a database', async () => {
    const kept = readFileSync(file);
    const taken = await backup(file);
    assert.equal(taken.code, 1);
    assert.match(
      taken.output,
      /exists already, and a backup never replaces a file: choose another name\.\n$/,
    );
    assert.deepEqual(readFileSync(file), kept);

    const free = await backup(join(scratch, 'other.tar.gz'));
    assert.equal(free.code, 0, free.output);
    writeFileSync(join(scratch, 'third.tar.gz.unfinished'), '');
    const second = await backup(join(scratch, 'third.tar.gz'));
    assert.match(second.output, /another backup is running or was interrupted/);

    const put = await restore(file, restored);
    assert.equal(put.code, 1);
    assert.match(put.output, /There is already a database in .*, and a restore never replaces one/);
  });

  test('can be taken of a platform that does not run', async () => {
    const path = join(scratch, 'stopped.tar.gz');
    const taken = await backup(path, { DATA_DIR: restored });
    assert.equal(taken.code, 0, taken.output);
    const put = await restore(path, join(scratch, 'stopped'));
    assert.equal(put.code, 0, put.output);
  });
});

describe('a damaged backup', () => {
  const damages: [string, (path: string) => void][] = [
    ['cut off', (path) => truncateSync(path, statSync(path).size - 1_000)],
    ['changed in one byte', (path) => writeFileSync(path, withTellingByteFlipped(readFileSync(path)))],
    [
      'changed in the checksum that ends it',
      (path) => writeFileSync(path, withFlippedByte(readFileSync(path), statSync(path).size - 5)),
    ],
    [
      'changed in one byte before it was compressed',
      (path) => writeFileSync(path, gzipSync(withFlippedByte(gunzipSync(readFileSync(path))))),
    ],
    ['something else', (path) => writeFileSync(path, 'a text')],
    ['another archive', (path) => writeFileSync(path, gzipSync(Buffer.alloc(2_000, 'a')))],
  ];
  for (const [index, [what, damage]] of damages.entries()) {
    test(`that is ${what} is refused in one sentence, and leaves no database behind`, async () => {
      const path = join(scratch, `damaged-${index}.tar.gz`);
      writeFileSync(path, readFileSync(file));
      damage(path);
      const target = join(scratch, `from-damaged-${index}`);

      const put = await restore(path, target);

      assert.equal(put.code, 1);
      assert.match(put.output, /damaged-\d\.tar\.gz cannot be restored: [^\n]+\.\n$/);
      assert.deepEqual(
        readdirSync(target).filter((name) => name.startsWith('postgres')),
        [],
      );
    });
  }
});

describe('a backup that cannot be', () => {
  const missing = join(scratch, 'missing');
  const refusals: [string, string, readonly string[], Record<string, string>, RegExp][] = [
    ['backup', 'no file named', [], {}, /^Usage: npm run backup -- <file>$/],
    ['restore', 'no file named', [], {}, /^Usage: npm run restore -- <file>$/],
    ['backup', 'no database', ['x'], { DATA_DIR: missing }, /^There is no database in .*missing\.$/],
    ['restore', 'no backup', ['nowhere'], { DATA_DIR: missing }, /nowhere cannot be read \(ENOENT\)\.$/],
    [
      'backup',
      'a database elsewhere',
      ['x'],
      { DATABASE_URL: 'postgres://a@b/c' },
      /^This copies the embedded/,
    ],
    [
      'restore',
      'a database elsewhere',
      ['x'],
      { DATABASE_URL: 'postgres://a@b/c' },
      /^This restores the embedded/,
    ],
    [
      'backup',
      'a folder that is not there',
      [join(scratch, 'nowhere', 'x')],
      { DATA_DIR: original },
      /cannot be written \(ENOENT\)\.$/,
    ],
  ];
  for (const [command, what, args, environment, sentence] of refusals) {
    test(`${command}: ${what} is one clear sentence and an exit code`, async () => {
      const { code, output } = await runCommand(`src/cli/${command}.ts`, args, environment);
      assert.equal(code, what === 'no database' ? 2 : 1);
      assert.match(output.trim(), sentence);
      assert.ok(!existsSync(missing));
    });
  }
});

/** Writers that report purchases one after the other, and know which ones were acknowledged. */
async function startLoad(platform: ChildPlatform, name = 'load') {
  const token = (await post('/auth/login', { email: 'carol@clicknback.com', password: 'Str0ng!Pass' }))
    .access_token;
  const shopper = await post('/auth/login', { email: 'alice@clicknback.com', password: 'Str0ng!Pass' });
  const { id: userId } = await get('/users/me', shopper.access_token);
  const { data } = await get('/offers/active?limit=1', shopper.access_token);
  const acknowledged: string[] = [];
  let stopping = false;

  async function write(writer: number): Promise<void> {
    for (let number = 1; !stopping; number += 1) {
      const externalId = `${name}-${writer}-${number}`;
      const purchase = { external_id: externalId, user_id: userId, merchant_id: data[0].merchant_id };
      const { id } = await post('/purchases', { ...purchase, amount: '20.00', currency: 'EUR' }, token);
      acknowledged.push(externalId);
      if (number % 2 === 0) await post(`/purchases/${id}/confirmation`, undefined, token);
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
  async function send(method: string, path: string, body: unknown, bearer?: string): Promise<any> {
    const response = await fetch(`${platform.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }
  function post(path: string, body: unknown, bearer?: string) {
    return send('POST', path, body, bearer);
  }
  function get(path: string, bearer: string) {
    return send('GET', path, undefined, bearer);
  }

  const writers = Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
  return {
    acknowledged: () => [...acknowledged],
    async stop(): Promise<void> {
      stopping = true;
      await writers;
    },
  };
}

/** Checkpoints and new log segments, so that the start of a backup's log would soon be recycled and forgotten. */
function startChurn(url: string) {
  let stopping = false;
  async function churn(): Promise<void> {
    while (!stopping) await runSql(url, 'select pg_switch_wal(); checkpoint');
  }
  const churned = churn();
  return {
    async stop(): Promise<void> {
      stopping = true;
      await churned;
    },
  };
}

/** Not every byte tells something: in a run of zeros it may say which of them to repeat. */
function withTellingByteFlipped(compressed: Buffer): Buffer {
  const content = gunzipSync(compressed);
  for (let position = Math.floor(compressed.length / 2); ; position += 1) {
    const damaged = withFlippedByte(compressed, position);
    try {
      if (gunzipSync(damaged).equals(content)) continue;
    } catch {
      // As it should be.
    }
    return damaged;
  }
}

function withFlippedByte(bytes: Buffer, position = Math.floor(bytes.length / 2)): Buffer {
  return Buffer.from(bytes).fill(bytes.readUInt8(position) ^ 0xff, position, position + 1);
}
