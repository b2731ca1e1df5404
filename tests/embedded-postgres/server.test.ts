import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import net from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { StartupError } from '../../src/core/startup-error.ts';
import { accountToRunAs } from '../../src/embedded-postgres/account.ts';
import { copyForAccount, findBinaries } from '../../src/embedded-postgres/binaries.ts';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../src/embedded-postgres/index.ts';
import { until } from '../support/until.ts';

const isRoot = process.getuid?.() === 0;
const onlyRoot = isRoot ? false : 'only root can be refused by PostgreSQL';
const fast = { fsync: 'off', shared_buffers: '16MB' };

test('a new server answers as PostgreSQL 18 with every durability setting on, checksums, and a log in small files', async (t) => {
  const server = await startedIn(t, temporaryDirectory(t), { settings: {} });

  const settings = await query(
    server.url,
    `select current_setting('server_version_num')::int / 10000 as major, current_setting('fsync') as fsync,
       current_setting('synchronous_commit') as synchronous_commit, current_setting('full_page_writes') as full_page_writes,
       current_setting('data_checksums') as data_checksums,
       current_setting('wal_segment_size') as wal_segment_size, current_setting('server_encoding') as encoding,
       (select datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()) as locale,
       current_setting('TimeZone') as timezone, current_database() as database`,
  );

  assert.deepEqual(settings, [
    {
      major: 18,
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      data_checksums: 'on',
      wal_segment_size: '1MB',
      encoding: 'UTF8',
      locale: 'b C.UTF-8',
      timezone: 'UTC',
      database: 'clicknback',
    },
  ]);
});

test('a second start keeps the data and the password', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const first = await startedIn(t, dataDirectory);
  await query(first.url, 'create table kept as select 42 as value');
  await first.stop();
  assert.ok(!isAlive(first.processId), 'stop() resolves when the postmaster is gone');

  const second = await startedIn(t, dataDirectory);

  assert.deepEqual(await query(second.url, 'select value from kept'), [{ value: 42 }]);
  assert.equal(new URL(second.url).password, new URL(first.url).password);
});

test('the password is in a file that only its owner can read, and a wrong password is refused', async (t) => {
  const server = await startedIn(t, temporaryDirectory(t));
  const url = new URL(server.url);
  const file = fs.statSync(join(server.dataDirectory, 'postgres.password'));
  assert.equal(file.mode & 0o777, 0o600);
  assert.equal(file.uid, process.getuid?.());

  url.password = 'wrong';

  await assert.rejects(query(url.href, 'select 1'), { code: '28P01' });
  const hba = await query(server.url, 'select distinct auth_method from pg_hba_file_rules');
  assert.deepEqual(hba, [{ auth_method: 'scram-sha-256' }]);
});

test('the server listens on loopback only and has no socket file', async (t) => {
  const server = await startedIn(t, temporaryDirectory(t));
  const port = Number(new URL(server.url).port);

  const settings = await query(
    server.url,
    `select current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets`,
  );
  assert.deepEqual(settings, [{ addresses: '127.0.0.1', sockets: '' }]);
  assert.ok(await canConnect('127.0.0.1', port));
  const others = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  for (const { address, family, internal } of others) {
    if (family === 'IPv4' && !internal) assert.ok(!(await canConnect(address, port)), address);
  }
});

test('a port that another process takes before the server listens is replaced by another port', async (t) => {
  const squatter = net.createServer().listen(0, '127.0.0.1');
  t.after(() => squatter.close());
  await once(squatter, 'listening');
  const taken = squatter.address();
  const address = t.mock.method(net.Server.prototype, 'address', () => taken, { times: 1 });

  const server = await startedIn(t, temporaryDirectory(t));

  assert.equal(address.mock.callCount(), 1);
  assert.deepEqual(await query(server.url, 'select 1 as one'), [{ one: 1 }]);
});

test('data survives a SIGKILL of the owner, no process remains, and the next start works immediately', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const owner = await startOwner(t, { dataDirectory, database: 'clicknback', settings: fast });
  await query(owner.url, 'create table kept as select 42 as value');

  owner.process.kill('SIGKILL');
  const server = await startedIn(t, dataDirectory);

  assert.ok(!isAlive(owner.processId), 'the orphan is gone before the next server starts');
  assert.deepEqual(await query(server.url, 'select value from kept'), [{ value: 42 }]);
  await server.stop();
  assert.deepEqual(processesNaming(dataDirectory), []);
});

test('a killed owner takes its server along although its own children live on', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const owner = await startOwner(t, { dataDirectory, database: 'clicknback', settings: fast });

  owner.process.kill('SIGKILL');

  await until(() => !isAlive(owner.processId));
  assert.ok(isAlive(owner.childProcessId), 'the child which could have inherited the pipe still runs');
});

test('the directory of an ephemeral server is gone after its owner was killed', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const owner = await startOwner(t, {
    dataDirectory,
    database: 'clicknback',
    ephemeral: true,
    settings: fast,
  });
  assert.ok(fs.existsSync(join(dataDirectory, 'postgres')));

  owner.process.kill('SIGKILL');

  await until(() => !fs.existsSync(dataDirectory));
  await until(() => processesNaming(dataDirectory).length === 0);
  assert.ok(!isAlive(owner.processId));
});

test('an ephemeral server whose owner is killed during initdb leaves nothing', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const owner = spawnOwner(t, { dataDirectory, database: 'clicknback', ephemeral: true, settings: fast });
  await untilInitdbWorks(dataDirectory);

  owner.kill('SIGKILL');

  await until(() => !fs.existsSync(dataDirectory) && processesNaming(dataDirectory).length === 0);
});

test('stopping an ephemeral server removes its directory, and one that holds something is refused', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  fs.writeFileSync(join(dataDirectory, 'precious'), '');
  await assert.rejects(startedIn(t, dataDirectory, { ephemeral: true }), /not empty/);
  fs.rmSync(join(dataDirectory, 'precious'));

  const server = await startedIn(t, dataDirectory, { ephemeral: true });
  await server.stop();

  assert.ok(!fs.existsSync(dataDirectory));
});

test('an initdb that was killed half-way leaves no half cluster', async (t) => {
  let dataDirectory: string;
  do {
    dataDirectory = temporaryDirectory(t);
    const owner = spawnOwner(t, { dataDirectory, database: 'clicknback', settings: fast });
    await untilInitdbWorks(dataDirectory);
    owner.kill('SIGKILL');
    // On a busy machine initdb may be done by then, and the next one shows more.
  } while (fs.existsSync(join(dataDirectory, 'postgres')));

  const server = await startedIn(t, dataDirectory);

  assert.deepEqual(await query(server.url, 'select 1 as one'), [{ one: 1 }]);
  assert.deepEqual(unfinishedClusters(dataDirectory), []);
});

test('a stale postmaster.pid whose id is now another process, of the same user, does not hinder', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  await (await startedIn(t, dataDirectory)).stop();
  const account = accountToRunAs(dataDirectory);
  const cluster = join(fs.realpathSync(dataDirectory), 'postgres');
  const stranger = spawn('sleep', ['3600'], { ...account, cwd: cluster, stdio: 'ignore' });
  t.after(() => stranger.kill());
  const stale = [
    stranger.pid,
    cluster,
    1700000000,
    5432,
    '',
    '127.0.0.1',
    '  1234567   7654321',
    'ready   ',
    '',
  ];
  fs.writeFileSync(join(cluster, 'postmaster.pid'), stale.join('\n'));
  if (account) fs.chownSync(join(cluster, 'postmaster.pid'), account.uid, account.gid);

  const server = await startedIn(t, dataDirectory);

  assert.deepEqual(await query(server.url, 'select 1 as one'), [{ one: 1 }]);
  assert.ok(isAlive(stranger.pid ?? 0), 'the stranger was left alone');
});

test('an empty postmaster.pid does not hinder', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  await (await startedIn(t, dataDirectory)).stop();
  fs.writeFileSync(join(dataDirectory, 'postgres', 'postmaster.pid'), '');

  const server = await startedIn(t, dataDirectory);

  assert.deepEqual(await query(server.url, 'select 1 as one'), [{ one: 1 }]);
});

test('an orphan whose owner and guardian were both killed is stopped by the next start', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const owner = await startOwner(t, { dataDirectory, database: 'clicknback', settings: fast });
  await query(owner.url, 'create table kept as select 42 as value');
  process.kill(guardianOf(owner.process.pid ?? 0), 'SIGKILL');
  owner.process.kill('SIGKILL');
  await sleep(200);
  assert.ok(isAlive(owner.processId), 'the orphan runs on');

  const server = await startedIn(t, dataDirectory);

  assert.ok(!isAlive(owner.processId));
  assert.deepEqual(await query(server.url, 'select value from kept'), [{ value: 42 }]);
});

test('a second living owner is refused in one sentence and the first keeps its database', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const owner = await startOwner(t, { dataDirectory, database: 'clicknback', settings: fast });

  await assert.rejects(startedIn(t, dataDirectory), (error) => {
    assert.ok(error instanceof StartupError);
    assert.match(
      error.message,
      new RegExp(`in use by another running ClickNBack \\(process ${owner.process.pid}\\)`),
    );
    return true;
  });

  assert.deepEqual(await query(owner.url, 'select 1 as one'), [{ one: 1 }]);
});

test('of two owners in one process the second is refused as well', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const server = await startedIn(t, dataDirectory);

  await assert.rejects(startedIn(t, dataDirectory), StartupError);

  assert.deepEqual(await query(server.url, 'select 1 as one'), [{ one: 1 }]);
});

test('a killed postmaster is restarted under the same URL', async (t) => {
  const crashes: string[] = [];
  const onCrash = (message: string) => crashes.push(message);
  const server = await startedIn(t, temporaryDirectory(t), { onCrash });
  await query(server.url, 'create table kept as select 42 as value');
  const killed = server.processId;

  process.kill(killed, 'SIGKILL');

  await until(() => server.processId !== killed);
  assert.deepEqual(await query(server.url, 'select value from kept'), [{ value: 42 }]);
  assert.match(crashes[0] ?? '', /ended unexpectedly \(SIGKILL\)/);
  await server.stop();
  assert.ok(!isAlive(server.processId));
});

test('stopping a server that is just being started again leaves nothing running', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const crashed = Promise.withResolvers<void>();
  const server = await startedIn(t, dataDirectory, { onCrash: () => crashed.resolve() });
  process.kill(server.processId, 'SIGKILL');
  await crashed.promise;

  await server.stop();

  assert.deepEqual(processesNaming(dataDirectory), []);
});

test("the server is not in the process group of its owner's terminal and does not keep its owner alive", async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const owner = await startOwner(t, { dataDirectory, database: 'clicknback', settings: fast });
  const group = (id: number) =>
    execFileSync('ps', ['-o', 'pgid=', '-p', String(id)], { encoding: 'utf8' }).trim();
  const groups = [owner.process.pid, owner.processId, guardianOf(owner.process.pid ?? 0)].map((id) =>
    group(id ?? 0),
  );
  assert.equal(new Set(groups).size, 3);

  const exit = once(owner.process, 'exit');
  owner.process.stdin?.end(); // the only thing that the owner waits for

  assert.deepEqual(await exit, [0, null]);
  await until(() => !isAlive(owner.processId));
});

test('a cluster of another major version is refused in one sentence', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  await (await startedIn(t, dataDirectory)).stop();
  fs.writeFileSync(join(dataDirectory, 'postgres', 'PG_VERSION'), '17\n');

  await assert.rejects(startedIn(t, dataDirectory), {
    name: 'StartupError',
    message: /was made by PostgreSQL 17, this is PostgreSQL 18/,
  });
});

test('a directory in the place of the cluster that is none is refused and left alone', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  fs.mkdirSync(join(dataDirectory, 'postgres'));
  fs.writeFileSync(join(dataDirectory, 'postgres', 'precious'), 'kept');
  const account = accountToRunAs(tmpdir());
  if (account) fs.chownSync(join(dataDirectory, 'postgres'), account.uid, account.gid);
  fs.writeFileSync(join(dataDirectory, 'postgres.password'), 'some');

  await assert.rejects(startedIn(t, dataDirectory), {
    name: 'StartupError',
    message: /not a PostgreSQL database/,
  });

  assert.equal(fs.readFileSync(join(dataDirectory, 'postgres', 'precious'), 'utf8'), 'kept');
});

test('a data directory that cannot be written is refused in one sentence', async (t) => {
  const readOnly = temporaryDirectory(t);
  fs.chmodSync(readOnly, 0o500);
  const unwritable = isRoot ? '/sys' : readOnly; // modes do not stop root
  const file = join(temporaryDirectory(t), 'file');
  fs.writeFileSync(file, '');

  for (const dataDirectory of [join(unwritable, 'data'), join(file, 'data')]) {
    await assert.rejects(startedIn(t, dataDirectory), (error) => {
      assert.ok(error instanceof StartupError, String(error));
      assert.match(
        error.message,
        /^The data directory \S+ (cannot be used: .* \(E[A-Z]+\)|is closed to .*)\.$/,
      );
      return true;
    });
  }
});

test('a server that does not come up is reported with its own reason and the path of its log', async (t) => {
  const dataDirectory = temporaryDirectory(t);

  await assert.rejects(startedIn(t, dataDirectory, { settings: { shared_buffers: 'plenty' } }), (error) => {
    assert.ok(error instanceof StartupError);
    assert.match(
      error.message,
      /did not start: FATAL: +invalid value for parameter "shared_buffers": "plenty"/,
    );
    assert.ok(error.message.includes(join(fs.realpathSync(dataDirectory), 'postgres.log')));
    return true;
  });

  await startedIn(t, dataDirectory);
});

test("root's private data directory is exchanged for the fallback, which later starts keep to", {
  skip: onlyRoot,
}, async (t) => {
  const closed = privateDirectory(t);
  const dataDirectory = join(closed, '.data');
  const fallbackDirectory = join(temporaryDirectory(t), 'new', 'fallback');
  const umask = process.umask(0o077); // a careful root's: folders that we make must be passable all the same
  t.after(() => process.umask(umask));

  const first = await startedIn(t, dataDirectory, { fallbackDirectory });
  assert.equal(first.dataDirectory, fallbackDirectory);
  assert.ok(!fs.existsSync(dataDirectory));
  await first.stop();

  fs.chmodSync(closed, 0o755);
  const second = await startedIn(t, dataDirectory, { fallbackDirectory });
  assert.equal(second.dataDirectory, fallbackDirectory);
});

test('without a fallback a private data directory of root is refused in one sentence', {
  skip: onlyRoot,
}, async (t) => {
  const dataDirectory = privateDirectory(t);

  await assert.rejects(startedIn(t, dataDirectory), {
    name: 'StartupError',
    message: /is closed to the account that PostgreSQL runs as/,
  });
});

test('root starts the cluster of an ordinary user as that user', { skip: onlyRoot }, async (t) => {
  const dataDirectory = temporaryDirectory(t);
  await (await startedIn(t, dataDirectory)).stop();
  execFileSync('chown', ['-R', '54321:54321', join(dataDirectory, 'postgres')]);

  const server = await startedIn(t, dataDirectory);

  assert.equal(fs.statSync(join(dataDirectory, 'postgres', 'postmaster.pid')).uid, 54321);
  assert.deepEqual(await query(server.url, 'select 1 as one'), [{ one: 1 }]);
});

test("binaries in root's private folder are copied once for the server's account", {
  skip: onlyRoot,
}, async (t) => {
  const account = accountToRunAs(tmpdir());
  const { native, cache } = await privateBinaries(t);

  const first = copyForAccount(native, account, [cache]);
  const inode = fs.statSync(first.postgres).ino;
  const second = copyForAccount(native, account, [cache]);

  assert.deepEqual(second, first);
  assert.equal(fs.statSync(second.postgres).ino, inode, 'the copy was made once');
  assert.ok(first.postgres.startsWith(cache));
  assert.equal(fs.readdirSync(cache).length, 1, 'nothing unfinished is left');
  for (const path of [cache, dirname(dirname(first.postgres)), first.postgres]) {
    const { uid, mode } = fs.statSync(path);
    assert.deepEqual([uid, mode & 0o777], [0, 0o755], path);
  }
});

test('a damaged copy of the binaries is replaced', { skip: onlyRoot }, async (t) => {
  const account = accountToRunAs(tmpdir());
  const { native, cache } = await privateBinaries(t);
  const { initdb } = copyForAccount(native, account, [cache]);
  const size = fs.statSync(initdb).size;
  fs.truncateSync(initdb);

  copyForAccount(native, account, [cache]);

  assert.equal(fs.statSync(initdb).size, size);
});

test('a folder that others own or can write is never trusted with binaries', {
  skip: onlyRoot,
}, async (t) => {
  const account = accountToRunAs(tmpdir());
  const { native, cache } = await privateBinaries(t);
  const foreign = temporaryDirectory(t);
  fs.chownSync(foreign, 54321, 54321);
  const open = temporaryDirectory(t);
  fs.chmodSync(open, 0o777);
  const link = join(temporaryDirectory(t), 'link');
  fs.symlinkSync(temporaryDirectory(t), link);
  const untrusted = [foreign, join(foreign, 'below'), open, link];

  assert.throws(() => copyForAccount(native, account, untrusted), {
    name: 'StartupError',
    message: /another user.*another user.*changed by other users.*is not a folder/,
  });

  assert.ok(
    copyForAccount(native, account, [...untrusted, cache]).postgres.startsWith(cache),
    'the next is taken',
  );
});

function temporaryDirectory(t: TestContext): string {
  const directory = fs.mkdtempSync(join(tmpdir(), 'clicknback-test-'));
  fs.chmodSync(directory, 0o755);
  t.after(() => fs.rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  return directory;
}

function privateDirectory(t: TestContext): string {
  const directory = temporaryDirectory(t);
  fs.chmodSync(directory, 0o700);
  return directory;
}

/** The platform package as it lies in a clone below /root, and a cache. */
async function privateBinaries(t: TestContext): Promise<{ native: string; cache: string }> {
  const { postgres } = await findBinaries(undefined);
  const folder = privateDirectory(t);
  const platformPackage = dirname(dirname(dirname(postgres)));
  for (const part of ['native', 'package.json']) {
    fs.cpSync(join(platformPackage, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
  }
  return { native: join(folder, 'native'), cache: join(temporaryDirectory(t), 'cache') };
}

async function startedIn(
  t: TestContext,
  dataDirectory: string,
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({
    dataDirectory,
    database: 'clicknback',
    settings: fast,
    ...options,
  });
  t.after(() => server.stop());
  return server;
}

const index = fileURLToPath(new URL('../../src/embedded-postgres/index.ts', import.meta.url));

/** A process of its own which starts a server, and a child that would inherit what is not closed; it waits for its stdin. */
const ownerProgram = `
  import { spawn } from 'node:child_process';
  import { startEmbeddedPostgres } from ${JSON.stringify(index)};
  const { url, processId } = await startEmbeddedPostgres(JSON.parse(process.argv[1]));
  const child = spawn('sleep', ['3600'], { detached: true, stdio: 'ignore' });
  child.unref();
  console.log(JSON.stringify({ url, processId, childProcessId: child.pid }));
  process.stdin.resume();
`;

function spawnOwner(t: TestContext, options: EmbeddedPostgresOptions): ChildProcess {
  const owner = spawn(
    process.execPath,
    ['--input-type=module', '-e', ownerProgram, JSON.stringify(options)],
    {
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  t.after(() => owner.kill('SIGKILL'));
  return owner;
}

async function startOwner(t: TestContext, options: EmbeddedPostgresOptions) {
  const owner = spawnOwner(t, options);
  const [line] = await once(owner.stdout as NonNullable<typeof owner.stdout>, 'data');
  const started: { url: string; processId: number; childProcessId: number } = JSON.parse(String(line));
  t.after(() => process.kill(started.childProcessId, 'SIGKILL'));
  return { ...started, process: owner };
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 60_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function canConnect(host: string, port: number): Promise<boolean> {
  const socket = net.connect({ host, port, timeout: 2000 });
  const outcome = await new Promise<boolean>((done) => {
    socket
      .once('connect', () => done(true))
      .once('error', () => done(false))
      .once('timeout', () => done(false));
  });
  socket.destroy();
  return outcome;
}

type ListedProcess = { id: number; parent: number; state: string; command: string };

function listProcesses(): ListedProcess[] {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return lines.map((line) => {
    const [id, parent, state, ...command] = line.trim().split(/\s+/);
    return { id: Number(id), parent: Number(parent), state: state ?? '', command: command.join(' ') };
  });
}

function isAlive(processId: number): boolean {
  return listProcesses().some(({ id, state }) => id === processId && !state.startsWith('Z'));
}

function processesNaming(text: string): string[] {
  return listProcesses()
    .map(({ command }) => command)
    .filter((command) => command.includes(text));
}

function guardianOf(ownerProcessId: number): number {
  const guardian = listProcesses().find(
    ({ parent, command }) => parent === ownerProcessId && command.includes('clicknback-guardian'),
  );
  assert.ok(guardian);
  return guardian.id;
}

function unfinishedClusters(dataDirectory: string): string[] {
  return fs.readdirSync(dataDirectory).filter((name) => name.startsWith('postgres.unfinished-'));
}

/** It has begun to fill the cluster, which takes it most of its time. */
async function untilInitdbWorks(dataDirectory: string): Promise<void> {
  await until(() =>
    unfinishedClusters(dataDirectory).some((name) =>
      fs.existsSync(join(dataDirectory, name, 'postgres', 'base')),
    ),
  );
}

for (const [system, output, sentence] of [
  [
    'glibc',
    'postgres: error while loading shared libraries: libatomic.so.1: cannot open shared object file: No such file or directory',
    /^PostgreSQL needs the shared library libatomic\.so\.1, which this machine lacks: install it \(on Debian and Ubuntu: apt-get install libatomic1\), or set DATABASE_URL to another server\.$/,
  ],
  [
    'musl',
    'Error loading shared library libatomic.so.1: No such file or directory (needed by postgres)\nError relocating postgres: symbol not found',
    /^PostgreSQL needs the shared library libatomic\.so\.1, /,
  ],
  [
    'macOS',
    'dyld[1]: Library not loaded: @loader_path/../lib/libicuuc.77.dylib\n  Referenced from: postgres\n  Reason: tried nothing',
    /^PostgreSQL needs the shared library @loader_path\/..\/lib\/libicuuc\.77\.dylib, which .+ package manager/,
  ],
] as const) {
  test(`a shared library that is missing is one sentence (${system})`, async (t) => {
    const native = join(temporaryDirectory(t), 'native');
    fs.mkdirSync(join(native, 'bin'), { recursive: true });
    const program = `#!/bin/sh\ncat >&2 <<'END'\n${output}\nEND\nexit 127\n`;
    fs.writeFileSync(join(native, 'bin/postgres'), program, { mode: 0o755 });

    await assert.rejects(findBinaries(undefined, native), { name: 'StartupError', message: sentence });
  });
}
