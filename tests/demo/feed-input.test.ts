import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readFeed, yearsOf } from '../../demo/feeds/feed.ts';
import { platformClient } from '../../demo/feeds/platform-client.ts';
import { freePort } from '../../src/core/free-port.ts';
import { BARE_ENVIRONMENT } from '../support/child-platform.ts';
import { startFeedPlatform } from '../support/feed-platform.ts';
import { PASSWORD } from '../support/platform.ts';

const HEADER = 'external_id,customer_id,date,quantity,amount';
const directory = mkdtempSync(join(tmpdir(), 'clicknback-demo-'));
after(() => rmSync(directory, { recursive: true, force: true }));

describe('reading a feed', () => {
  test('takes the lines as they are, in their order, and names the feed after its file', async () => {
    const path = file(
      'Shop of May (2).csv',
      `\uFEFF${HEADER}\r\nA-2,c1,2025-05-02,1,10.00\r\n\r\n"A,1", c2 ,2024-12-31,3,0.00\r\nA-3,c1,soon,1,ten\r\n`,
    );
    const feed = await readFeed(path);

    assert.deepEqual(feed, {
      name: 'shop-of-may-2',
      customers: ['c1', 'c2'],
      lines: [
        { externalId: 'A-2', customerId: 'c1', date: '2025-05-02', amount: '10.00' },
        { externalId: 'A,1', customerId: 'c2', date: '2024-12-31', amount: '0.00' },
        { externalId: 'A-3', customerId: 'c1', date: 'soon', amount: 'ten' },
      ],
    });
    assert.deepEqual(yearsOf(feed), { first: '2024', last: '2025' });
  });

  test('finds columns in any order, among others', async () => {
    const path = file(
      'order.csv',
      'amount,note,date,quantity,customer_id,external_id\n1.00,hello,2025-01-01,1,c1,A-1\n',
    );
    const { lines } = await readFeed(path);
    assert.deepEqual(lines, [{ externalId: 'A-1', customerId: 'c1', date: '2025-01-01', amount: '1.00' }]);
  });

  test('skips a byte order mark, as spreadsheets write it', async () => {
    const path = file('mark.csv', `\ufeff"external_id"${HEADER.slice(11)}\nA-1,c1,2025-01-01,1,1.00\n`);
    const [line] = (await readFeed(path)).lines;
    assert.equal(line?.externalId, 'A-1');
  });

  const malformed: [string, string, RegExp][] = [
    [
      'a column is missing',
      'external_id,customer_id,date,quantity\nA-1,c1,2025-01-01,1\n',
      /lacks the column amount;/,
    ],
    ['a line is short', `${HEADER}\nA-1,c1,2025-01-01\n`, /is no sound CSV: .*line 2/],
    ['a quote is never closed', `${HEADER}\n"A-1,c1,2025-01-01,1,1.00\n`, /is no sound CSV: /],
    ['there are no lines', `${HEADER}\n`, /nothing to play/],
    ['it is empty', '', /nothing to play/],
    ['no date is one', `${HEADER}\nA-1,c1,2025-02-30,1,1.00\n`, /nothing to play/],
  ];
  for (const [when, text, sentence] of malformed) {
    test(`refuses with one sentence when ${when}`, async () => {
      await assert.rejects(readFeed(file('bad.csv', text)), { name: 'DemoError', message: sentence });
    });
  }

  test('refuses a file that is not there, a folder, and bytes that are no text', async () => {
    const binary = join(directory, 'binary.csv');
    writeFileSync(binary, Buffer.from([0xff, 0xfe, 0x00]));
    await assert.rejects(readFeed(join(directory, 'none.csv')), {
      message: /^There is no file .*none\.csv\.$/,
    });
    await assert.rejects(readFeed(directory), { message: /cannot be read \(EISDIR\)/ });
    await assert.rejects(readFeed(binary), { message: /is no text in UTF-8/ });
  });
});

describe('the command', () => {
  test('says what is wrong with a feed, exits with 1, and sends nothing', async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.end('{}');
    });
    const bad = file('short.csv', `${HEADER}\nA-1,c1\n`);

    for (const [argument, sentence] of [
      [bad, /^\S+short\.csv is no sound CSV: .*\n$/],
      [join(directory, 'none.csv'), /^There is no file \S+none\.csv\.\n$/],
    ] as const) {
      const { code, stdout, stderr } = await demo(['--url', url, '--feed', argument]);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, sentence);
    }
    assert.equal(requests, 0);
  });

  test('says to start the platform when none runs', async () => {
    const { code, stdout, stderr } = await demo(['--json'], { PORT: String(await freePort('localhost')) });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^There is no platform at http:\/\/localhost:\d+: start it with `make up`.*\n$/);
  });

  test('says so when something else answers', async () => {
    const url = await serve((_request, response) => response.writeHead(404).end('<h1>Not here</h1>'));
    const { code, stderr } = await demo(['--url', url]);
    assert.equal(code, 1);
    assert.match(stderr, /is not ClickNBack/);
  });

  test('names what is wrong with its arguments', async () => {
    assert.match((await demo(['--fed', 'x'])).stderr, /^Unknown option '--fed'.*\n$/);
    assert.match((await demo(['--url', 'localhost:8000'])).stderr, /^localhost:8000 is not an address/);
    assert.match((await demo(['--help'])).stdout, /make demo FEED=path\.csv/);
  });

  test('plays a feed as the admin of the environment, and prints only JSON with --json', async () => {
    const { url, admin } = await startFeedPlatform();
    const path = file(
      'small.csv',
      [
        HEADER,
        'S-1,Ann,2025-01-01,1,40.00',
        'S-2,ann,2025-01-02,1,90.00',
        'S-3,not an email@,2025-01-03,1,0.00',
        'S-3,not an email@,2025-01-03,1,20.00',
        'S-20,,2025-01-04,1,20.00',
        'S-40,Ann,2025-01-05,1,10.00',
        'S-33,Ann,2025-02-05,1,10.00',
        'none,Ann,yesterday,1,10.00',
        'S-61,Eve,2025-01-10,1,60.00',
        'S-62,Eve,2025-02-10,1,60.00',
        'S-63,Eve,2025-03-10,1,60.00',
        'S-66,Eve,2025-04-10,1,60.00',
      ].join('\n'),
    );
    const environment = { DEMO_ADMIN_EMAIL: admin.email, DEMO_ADMIN_PASSWORD: PASSWORD };

    const wrong = await demo(['--url', url, '--feed', path], {
      ...environment,
      DEMO_ADMIN_PASSWORD: 'wrong',
    });
    assert.deepEqual([wrong.code, wrong.stdout], [1, '']);
    assert.match(wrong.stderr, /does not let admin@example\.com in \(INVALID_CREDENTIALS\)/);

    const { code, stdout, stderr } = await demo(['--json', '--url', url, '--feed', path], environment);
    assert.deepEqual([code, stderr], [0, '']);
    const play = JSON.parse(stdout);
    assert.equal(play.merchant, 'Feed small');
    // "Ann" and "ann" are two customers, although emails know no case.
    assert.deepEqual(play.customers, { created: 4, known: 0, refused: [] });
    assert.deepEqual(
      play.stages.map(({ accepted, refused, pending, available, paid }: Record<string, unknown>) => [
        accepted,
        refused,
        pending,
        available,
        paid,
      ]),
      [
        [9, 3, '19.00', '0.00', '0.00'],
        [9, 0, '0.00', '18.50', '0.00'],
        [1, 0, '0.00', '6.50', '12.00'],
        [2, 0, '0.00', '3.00', '12.00'],
      ],
    );
    const [, , payouts, returns] = play.stages;
    assert.deepEqual([payouts.completed, payouts.on_their_way], [1, 0]);
    assert.deepEqual([returns.owing_wallets, returns.owed], [1, '3.00']);
    assert.deepEqual(
      play.refusals.map((refusal: Record<string, unknown>) => [refusal.external_id, refusal.code]),
      [
        ['S-3', 'VALIDATION_ERROR'],
        ['S-20', 'VALIDATION_ERROR'],
        ['none', 'VALIDATION_ERROR'],
      ],
    );

    const table = await demo(['--url', url, '--feed', path], environment);
    assert.equal(table.stderr, '');
    assert.match(table.stdout, /stage +accepted +refused +pending +available +paid/);
    assert.match(table.stdout, /\nlate returns +0 +0 +0\.00 +3\.00 +12\.00 +\d+ +1 wallet owes 3\.00\n/);
    assert.match(table.stdout, /\n {2}S-20 {2}VALIDATION_ERROR {2}user_id /);
  });
});

describe('a busy platform', () => {
  test('is asked again when it says to come back, and given up after a while', async () => {
    let refusals = 3;
    let requests = 0;
    const url = await serve((request, response) => {
      requests += 1;
      response.setHeader('content-type', 'application/json');
      if (request.url?.endsWith('/auth/login')) {
        response.end(JSON.stringify({ access_token: 'a', refresh_token: 'r' }));
      } else if (refusals > 0) {
        const status = refusals % 2 === 0 ? 429 : 503;
        refusals -= 1;
        response.writeHead(status, { 'retry-after': '0' });
        response.end(JSON.stringify({ error: { code: 'OVERLOADED', message: 'Busy.', details: {} } }));
      } else response.end('{"data":[]}');
    });
    const client = platformClient({ url, email: 'a@example.com', password: PASSWORD });

    assert.deepEqual(await client.send('GET', '/offers'), { data: [] });
    assert.equal(requests, 5);
    refusals = 1_000;
    await assert.rejects(client.send('GET', '/offers'), { name: 'DemoError', message: /OVERLOADED/ });
    assert.equal(requests, 13);
  });
});

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function demo(
  options: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const main = join(import.meta.dirname, '../../demo/feeds/main.ts');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [main, ...options],
      { env: { ...BARE_ENVIRONMENT, ...environment } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
