import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { runCommand } from '../support/child-platform.ts';
import { createTestDatabase, SCRATCH_VARIABLE } from '../support/database.ts';

const scratch = join(process.env[SCRATCH_VARIABLE] ?? '', `faults-${process.pid}`);
mkdirSync(scratch, { recursive: true });

const database = await createTestDatabase();
const { username, password, port: postgresPort } = new URL(database.url);
const postgres = `${username}:${password}@127.0.0.1:${postgresPort}`;

const http = await listening(createHttpServer((_request, response) => response.end('hello')));
const silent = await listening(createServer((socket) => void socket.on('error', () => undefined)));
const certificate = makeCertificate('database.example.com');
const tls = await listening(createServer((socket) => answerWithTls(socket)));
const emptyFile = join(scratch, 'empty.pem');
writeFileSync(emptyFile, 'no certificate');

/** What is wrong with a DATABASE_URL, and the sentence that says so. */
const faults: readonly [string, string, RegExp][] = [
  ['no URL', 'localhost:5432', /^DATABASE_URL must be a URL such as postgres:/],
  ['another scheme', 'mysql://a:b@localhost/x', /^DATABASE_URL must be a URL such as postgres:/],
  ['an unescaped # in the password', 'postgres://a:1#b@localhost/x', /percent-encoded \(@ is %40/],
  ['an unescaped / in the password', 'postgres://a:1/b@localhost/x', /percent-encoded/],
  ['an unescaped ? in the password', 'postgres://a:1?b@localhost/x', /percent-encoded/],
  ['an unescaped % in the password', 'postgres://a:100%b@localhost/x', /percent-encoded/],
  ['an unescaped [ in the password', 'postgres://a:b[c@localhost:port/x', /percent-encoded/],
  [
    'an unknown parameter',
    `postgres://${postgres}/x?sslmod=require`,
    /unknown parameter sslmod: use sslmode,/,
  ],
  ['an unknown sslmode', `postgres://${postgres}/x?sslmode=verify_full`, /unknown sslmode verify_full: use /],
  [
    'a missing certificate file',
    `postgres://a:b@127.0.0.1/x?sslrootcert=none.pem`,
    /missing file: sslrootcert \/.+none\.pem\.$/,
  ],
  [
    'a file without a certificate',
    `postgres://a:b@localhost:${tls}/x?sslrootcert=${emptyFile}`,
    /cannot be used: /,
  ],
  [
    'a wrong port',
    'postgres://a:b@127.0.0.1:1/x',
    /127\.0\.0\.1:1\/x cannot be used: nothing listens there\.$/,
  ],
  ['an unknown host', 'postgres://a:b@nowhere.invalid/x', /its host is unknown\.$/],
  [
    'a host that is silent',
    `postgres://a:b@127.0.0.1:${silent}/x`,
    /it does not answer as PostgreSQL does\.$/,
  ],
  ['an HTTP server', `postgres://a:b@127.0.0.1:${http}/x`, /is not a PostgreSQL server\.$/],
  [
    'an HTTP server, by TLS',
    `postgres://a:b@127.0.0.1:${http}/x?sslmode=require`,
    /is not a PostgreSQL server\.$/,
  ],
  ['a server without TLS', `postgres://${postgres}/x?sslmode=verify-full`, /it does not speak TLS: /],
  [
    'a server without TLS, where it is preferred',
    `postgres://${postgres}/x?sslmode=prefer`,
    /does not speak TLS: /,
  ],
  ['a private authority', `postgres://a:b@localhost:${tls}/x?sslmode=require`, /name .+ with sslrootcert\.$/],
  [
    'a certificate for another host',
    `postgres://a:b@localhost:${tls}/x?sslmode=verify-full&sslrootcert=${certificate.file}`,
    /its certificate is for another host name\.$/,
  ],
  [
    'a wrong password',
    `postgres://${username}:wrong@127.0.0.1:${postgresPort}/x`,
    /the password is wrong\.$/,
  ],
  ['no password', `postgres://${username}@127.0.0.1:${postgresPort}/x`, /it asks for a password, /],
  ['a database that is missing', `postgres://${postgres}/nothing`, /that database does not exist\.$/],
];

describe('a faulty DATABASE_URL is one sentence, and exit code', { concurrency: 4 }, () => {
  for (const [what, url, sentence] of faults) {
    test(`2 for a command: ${what}`, async () => {
      const { code, output } = await runCommand('src/cli/ledger-verify.ts', [], { DATABASE_URL: url });
      assert.deepEqual([code, output.trim().split('\n').length], [2, 1], output);
      assert.match(output.trim(), sentence);
      assert.doesNotMatch(output, /wrong@|:b@|at file:/);
    });
  }

  for (const [what, url, sentence] of faults.slice(0, 3)) {
    test(`1 for the platform: ${what}`, async () => {
      const { code, output } = await runCommand('src/main.ts', [], { DATABASE_URL: url });
      assert.deepEqual([code, output.trim().split('\n').length], [1, 1], output);
      assert.match(output.trim(), sentence);
    });
  }
});

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** As PostgreSQL does, up to the handshake: an S for the request of TLS. */
function answerWithTls(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.once('data', () => {
    socket.write('S');
    const secured = new TLSSocket(socket, { isServer: true, ...certificate });
    secured.on('error', () => undefined);
  });
}

/** Of an authority of its own, for one name. */
function makeCertificate(name: string) {
  const [key, file] = [join(scratch, 'key.pem'), join(scratch, 'certificate.pem')];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-days', '2'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', file], { stdio: 'pipe' });
  return { key: readFileSync(key), cert: readFileSync(file), file };
}
