import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { duplicateSentence, lookalikeSentence } from '../../demo/feeds/duplicates.ts';
import { type Feed, readFeed, yearsOf } from '../../demo/feeds/feed.ts';
import { generateFeed } from '../../demo/feeds/generated-feed.ts';
import { platformClient } from '../../demo/feeds/platform-client.ts';
import { playFeed } from '../../demo/feeds/play.ts';
import { silentReport } from '../../demo/feeds/progress.ts';
import { countReasons, refusalSentence } from '../../demo/feeds/refusal.ts';
import { presentPlay } from '../../demo/feeds/report.ts';
import { freePort } from '../../src/core/free-port.ts';
import { BARE_ENVIRONMENT } from '../support/child-platform.ts';
import { startFeedPlatform } from '../support/feed-platform.ts';
import { PASSWORD } from '../support/platform.ts';

const HEADER = 'external_id,customer_id,date,quantity,amount';
const directory = mkdtempSync(join(tmpdir(), 'clicknback-demo-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const { url: platformUrl, admin, client, database } = await startFeedPlatform();

const TODAY = Temporal.PlainDate.from('2026-09-01');
const LINE_1 = { externalId: 'A-1', customerId: 'c1', date: '2025-01-01', amount: '10.00' };
const LINE_2 = { externalId: 'A-2', customerId: 'c2', date: '2025-01-02', amount: '20.00' };
const LINES = ['A-1,c1,2025-01-01,1,10.00', 'A-2,c2,2025-01-02,2,20.00'] as const;
const TEXT = [HEADER, ...LINES].join('\n');

describe('reading a feed', () => {
  test('takes the lines in their order, with their numbers, and names the feed after its file', async () => {
    const feed = await read(
      [HEADER, 'A-2,c1,2025-05-02,1,10.00', '', ' "A,1" , c2 ,2024-12-31,3,0.00', 'A-3,c1,2025-01-01,1,ten'],
      'Shop of May (2).csv',
    );

    const { name, ...rest } = feed;
    assert.match(name, /^shop-of-may-2-[0-9a-f]{8}$/);
    assert.deepEqual(rest, {
      customers: ['c1', 'c2'],
      lines: [
        { lineNumber: 2, externalId: 'A-2', customerId: 'c1', date: '2025-05-02', amount: '10.00' },
        { lineNumber: 4, externalId: 'A,1', customerId: 'c2', date: '2024-12-31', amount: '0.00' },
        { lineNumber: 5, externalId: 'A-3', customerId: 'c1', date: '2025-01-01', amount: 'ten' },
      ],
      partialReturns: [],
      refusals: [],
    });
    assert.deepEqual(yearsOf(feed), { first: '2024', last: '2025' });
  });

  const readable: [string, string][] = [
    ['commas', TEXT],
    ['semicolons', TEXT.replaceAll(',', ';')],
    ['tabs', TEXT.replaceAll(',', '\t')],
    ['tabs, with an empty first column', `note,${HEADER}\n,${LINES[0]}\n,${LINES[1]}`.replaceAll(',', '\t')],
    ['a byte order mark', `\ufeff${TEXT}`],
    ['a byte order mark before a quote', `\ufeff"external_id"${TEXT.slice(11)}`],
    ['a byte order mark before semicolons', `\ufeff${TEXT.replaceAll(',', ';')}`],
    ['line breaks of Windows', TEXT.replaceAll('\n', '\r\n')],
    ['line breaks of old Macs', TEXT.replaceAll('\n', '\r')],
    ['mixed line breaks', `${HEADER}\r\n${LINES[0]}\n${LINES[1]}\r\n`],
    ['a header in capitals', TEXT.replace(HEADER, HEADER.toUpperCase())],
    ['a header in words', TEXT.replace(HEADER, ' External ID,Customer-Id , Date,"Quantity","AMOUNT "')],
    ['quoted semicolons', `"external_id";"customer_id";"date";"amount"\n${quoted(LINES)}`],
    ['spaces within quotes', TEXT.replace('A-1,c1', '" A-1","c1 "')],
    ['a header without quantity', TEXT.replace('quantity', 'note')],
    ['columns in another order', `amount,date,x,customer_id,external_id\n${reordered(LINES)}`],
    ['two other columns of one name', `note,note,${HEADER}\na,b,${LINES[0]}\n,,${LINES[1]}`],
    ['columns without a name', `${HEADER},,\n${LINES[0]},,\n${LINES[1]},,`],
    ['blank lines of a spreadsheet', `\n${HEADER}\n${LINES[0]}\n,,,,\n   \n${LINES[1]}\n,,,,\n`],
  ];
  for (const [what, text] of readable) {
    test(`reads ${what}`, async () => {
      const { lines, refusals } = await read([text]);
      assert.deepEqual(refusals, []);
      assert.deepEqual(
        lines.map(({ lineNumber: _, ...line }) => line),
        [LINE_1, LINE_2],
      );
    });
  }

  for (const lineBreak of ['\n', '\r\n']) {
    test(`reads line breaks, quotes and delimiters in quotes, with ${JSON.stringify(lineBreak)}`, async () => {
      const { lines } = await read(
        [HEADER, '"A-1","Ann', '', '""the, buyer""",2025-01-01,1,10.00', '', 'A-2,c2,2025-01-02,1,"20.00"'],
        'quoted.csv',
        lineBreak,
      );
      assert.deepEqual(lines, [
        { ...LINE_1, lineNumber: 2, customerId: 'Ann\n\n"the, buyer"' },
        { ...LINE_2, lineNumber: 6 },
      ]);
    });
  }

  const NO_DAY = 'must be a day of the calendar such as 2025-03-31.';
  const TOO_FAR = 'must be within 10 years of the middle date of the feed.';
  const BROKEN = 'has a quote that is not closed or not doubled.';
  const refused: [string, string, ...string[]][] = [
    ['too short', 'B-1,c1,2025-01-01', 'quantity "": is missing, because the line is too short.'],
    [
      'too long',
      'B-1,c1,2025-01-01,1,12,50',
      'column 6 "50": is one value too many: quote a value that holds the delimiter.',
    ],
    ['without an external id', ',c1,2025-01-01,1,1.00', 'external_id "": must not be empty.'],
    ['without a customer', 'B-1, ,2025-01-01,1,1.00', 'customer_id "": must not be empty.'],
    ['without an amount', 'B-1,c1,2025-01-01,1,', 'amount "": must not be empty.'],
    [
      'with a long value',
      `B-1,c1,2025-01-01,1,${'9'.repeat(256)}`,
      `amount "${'9'.repeat(60)}…": must have at most 255 characters.`,
    ],
    ['of no day', 'B-1,c1,2025-02-30,1,1.00', `date "2025-02-30": ${NO_DAY}`],
    ['of a day in another form', 'B-1,c1,1/2/2025,1,1.00', `date "1/2/2025": ${NO_DAY}`],
    ...['0000-01-01', '0001-01-01', '1925-01-01', '2014-12-31', '2035-01-03', '2199-01-01', '9999-12-31'].map(
      (date): [string, string, string] => [
        `of ${date}, out of all proportion`,
        `B-1,c1,${date},1,1.00`,
        `date "${date}": ${TOO_FAR}`,
      ],
    ),
    ['with two faults', 'B-1,,soon,1,1.00', 'customer_id "": must not be empty.', `date "soon": ${NO_DAY}`],
    ['with a quote that stays open', '"B-1,c1,2025-01-01,1,1.00', String.raw`external_id "\"B-1": ${BROKEN}`],
    [
      'with text after a quote',
      '"B-1" b,c1,2025-01-01,1,1.00',
      String.raw`external_id "\"B-1\" b": ${BROKEN}`,
    ],
    [
      'with a quote amid a value',
      'B-1,Bob "B" x,2025-01-01,1,1.00',
      String.raw`customer_id "Bob \"B\" x": ${BROKEN}`,
    ],
    [
      'with signs that control a terminal',
      'B-1,c1,\u001b[2J\u009b,1,1.00',
      String.raw`date "\u001b[2J\u009b": ${NO_DAY}`,
    ],
  ];
  for (const [what, line, ...sentences] of refused) {
    test(`refuses a line ${what}, and keeps the others`, async () => {
      const { lines, refusals, customers } = await read([HEADER, LINES[0], line, LINES[1]]);
      assert.deepEqual(
        refusals.map(refusalSentence),
        sentences.map((sentence) => `line 3, ${sentence}`),
      );
      assert.deepEqual(lines, [
        { ...LINE_1, lineNumber: 2 },
        { ...LINE_2, lineNumber: 4 },
      ]);
      assert.deepEqual(customers, ['c1', 'c2']);
    });
  }

  test('gives up only the line whose quote stays open, also before other quotes', async () => {
    const open = '"B-1,c1,2025-01-01,1,1.00';
    const { lines, refusals } = await read([
      HEADER,
      open,
      '',
      LINES[0],
      open,
      `"A-2"${LINES[1].slice(3)}`,
      '"',
    ]);
    assert.deepEqual(lines, [
      { ...LINE_1, lineNumber: 4 },
      { ...LINE_2, lineNumber: 6 },
    ]);
    assert.deepEqual(
      refusals.map(({ line, code }) => [line, code]),
      [
        [2, 'BROKEN_QUOTES'],
        [5, 'BROKEN_QUOTES'],
        [7, 'BROKEN_QUOTES'],
      ],
    );
  });

  test('refuses lines that differ in two columns of one name, and keeps those that agree', async () => {
    const { lines, refusals } = await read([
      `${HEADER},Amount`,
      `${LINES[0]},10.00`,
      'B-1,c1,2025-01-01,1,10.00,20.00',
      `${LINES[1]},20.00`,
    ]);
    assert.deepEqual(lines, [
      { ...LINE_1, lineNumber: 2 },
      { ...LINE_2, lineNumber: 4 },
    ]);
    assert.deepEqual(refusals.map(refusalSentence), [
      'line 3, amount "10.00 | 20.00": must be equal in all columns of this name.',
    ]);
  });

  const middles: [string[], string[]][] = [
    [['0001-01-01', '2025-01-01'], ['2025-01-01']],
    [['2025-01-01', '9999-12-31'], ['2025-01-01']],
    [['2025-01-01', '2090-01-01'], ['2025-01-01']],
    [['0001-01-01', '0001-01-02', '0001-01-03', '2025-01-01'], ['2025-01-01']],
    [
      ['1997-01-01', '1998-06-30'],
      ['1997-01-01', '1998-06-30'],
    ],
    [
      ['2015-01-01', '2025-01-01', '2025-01-01'],
      ['2015-01-01', '2025-01-01', '2025-01-01'],
    ],
  ];
  for (const [dates, kept] of middles) {
    test(`keeps ${kept.join(', ')} of ${dates.join(', ')}`, async () => {
      const { lines } = await read([HEADER, ...dates.map((date, index) => `A-${index},c1,${date},1,1.00`)]);
      assert.deepEqual(
        lines.map(({ date }) => date),
        kept,
      );
    });
  }

  const hopeless: [string, string, RegExp][] = [
    [
      'a column is missing',
      'external_id,customer_id,date,quantity\nA-1,c1,2025-01-01,1\n',
      /lacks the column amount: line 1 names "external_id,customer_id,date,quantity" and must name external_id,customer_id,date,amount\.$/,
    ],
    ['the header has a broken quote', `"${TEXT}`, /lacks the columns .*: line 2 names "a_1,c1,/],
    ['there are no lines', `${HEADER}\n`, /bad\.csv holds no purchase, only the names of columns\.$/],
    ['it is empty', '', /bad\.csv is empty: its first line must name external_id,customer_id,date,amount\.$/],
    ['it holds a byte order mark alone', '\ufeff', /bad\.csv is empty/],
    [
      'no line is a purchase',
      `${HEADER}\nA-1,c1,2025-02-30,1,1.00\nA-2\n`,
      /bad\.csv holds no purchase that can be played:\n {2}line 2, date "2025-02-30": .*\n {2}line 3, customer_id "": .*$/,
    ],
  ];
  for (const [when, text, sentence] of hopeless) {
    test(`refuses the file when ${when}`, async () => {
      await assert.rejects(read([text], 'bad.csv'), { name: 'DemoError', message: sentence });
    });
  }

  test('gives different files different names, and the same file the same name', async () => {
    mkdirSync(join(directory, 'other'), { recursive: true });
    const names = [generateFeed().name];
    for (const [path, text] of [
      ['purchases.csv', TEXT],
      ['other/purchases.csv', `${HEADER}\n${LINES[0]}`],
      ['Purchases.csv', TEXT],
      ['purchases.txt', TEXT],
      ['買い物.csv', TEXT],
      ['購買.csv', TEXT],
      ['generated.csv', TEXT],
      [`${'long'.repeat(20)}-1.csv`, TEXT],
      [`${'long'.repeat(20)}-2.csv`, TEXT],
    ] as const) {
      const { name } = await read([text], path);
      assert.match(name, /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/);
      assert.equal((await read([text], path)).name, name);
      names.push(name);
    }
    assert.equal(new Set(names).size, 10);
  });

  test('refuses a file that is not there, a folder, and bytes that are no text', async () => {
    const binary = join(directory, 'binary.csv');
    writeFileSync(binary, Buffer.from([0xff, 0xfe, 0x00]));
    await assert.rejects(readFeed(join(directory, 'none.csv')), {
      message: /^There is no file .*none\.csv\.$/,
    });
    await assert.rejects(readFeed(directory), { message: /cannot be read \(EISDIR\)/ });
    await assert.rejects(readFeed(binary), { message: /is not a text in UTF-8/ });
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
      [bad, /^\S+short\.csv holds no purchase that can be played:\n {2}line 2, date "": .*\n$/],
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
    const url = platformUrl;
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
    assert.match(wrong.stderr, /refused the login of admin@example\.com \(INVALID_CREDENTIALS\)/);

    const { code, stdout, stderr } = await demo(['--json', '--url', url, '--feed', path], environment);
    assert.deepEqual([code, stderr], [0, '']);
    const play = JSON.parse(stdout);
    assert.match(play.merchant, /^Feed small-[0-9a-f]{8}$/);
    // "Ann" and "ann" are two customers, although emails know no case.
    assert.deepEqual(play.customers, { created: 4, known: 0 });
    assert.equal(play.lines, 12);
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
    assert.deepEqual(play.refusals, [
      {
        stage: 'ingestion',
        line: 4,
        column: 'amount',
        value: '0.00',
        code: 'VALIDATION_ERROR',
        reason: 'must be above zero',
      },
      {
        stage: 'ingestion',
        line: 6,
        column: 'customer_id',
        value: '',
        code: 'VALUE_MISSING',
        reason: 'must not be empty',
      },
      {
        stage: 'ingestion',
        line: 9,
        column: 'date',
        value: 'yesterday',
        code: 'DATE_INVALID',
        reason: 'must be a day of the calendar such as 2025-03-31',
      },
    ]);
    assert.deepEqual(play.reasons[0], { column: 'amount', reason: 'must be above zero', count: 1 });
    assert.deepEqual([play.duplicates, play.lookalikes], [[], []]);

    const table = await demo(['--url', url, '--feed', path], environment);
    assert.equal(table.stderr, '');
    assert.match(table.stdout, /stage +accepted +refused +pending +available +paid/);
    assert.match(table.stdout, /\nlate returns +0 +0 +0\.00 +3\.00 +12\.00 +\d+ +1 wallet owes 3\.00\n/);
    assert.match(table.stdout, /\nRefused:\n {2}line 4, amount "0\.00": must be above zero\.\n {2}line 6, /);
    assert.match(table.stdout, /\nRefused, by reason:\n {2}1 × amount: must be above zero\n/);
    assert.doesNotMatch(table.stdout, /Duplicates|Alike/);
  });
});

describe('playing feeds', () => {
  const play = async (lines: readonly string[], name: string) =>
    playFeed({ feed: await read([HEADER, ...lines], name), client, report: silentReport });

  test('says of every amount that the platform refuses the line, the column and the value', async () => {
    const amounts = ['ten', '-1.00', '0', '"1,234.50"', '1.005', '"12,50"', '1e3', '99999999999', '7', '8.5'];
    const { stages, refusals } = await play(
      amounts.map((amount, index) => `am-${index},c1,2025-01-0${1 + (index % 9)},1,${amount}`),
      'amounts.csv',
    );

    const PLAIN = 'must be a plain decimal above zero.';
    assert.deepEqual(refusals.map(refusalSentence), [
      `line 2, amount "ten": ${PLAIN}`,
      `line 3, amount "-1.00": ${PLAIN}`,
      'line 4, amount "0": must be above zero.',
      `line 5, amount "1,234.50": ${PLAIN}`,
      'line 6, amount "1.005": must have at most 2 decimals in EUR.',
      `line 7, amount "12,50": ${PLAIN}`,
      `line 8, amount "1e3": ${PLAIN}`,
      'line 9, amount "99999999999": must have at most 10 integer digits.',
    ]);
    assert.deepEqual([stages[0]?.accepted, stages[0]?.refused], [2, 8]);
    assert.deepEqual(
      countReasons(refusals).map(({ count }) => count),
      [5, 1, 1, 1],
    );
  });

  test('names duplicates and lookalikes with both lines, also when the feed is played again', async () => {
    const lines = [
      'du-1,c1,2025-01-01,1,10.00',
      'du-2,c1,2025-01-02,1,20.00',
      'du-1,c1,2025-01-01,1,10.00',
      'du-2,c2,2025-01-03,1,21.00',
      'du-3,c1,2025-01-01,1,10',
      'du-1,c1,2025-01-01,1,10.00',
      'du-4,c1,2025-01-01,1,0',
      'du-5,c1,2025-01-01,1,0',
    ];
    for (const accepted of [3, 0]) {
      const { stages, duplicates, lookalikes } = await play(lines, 'duplicates.csv');
      assert.equal(stages[0]?.accepted, accepted);
      assert.deepEqual(duplicates.map(duplicateSentence), [
        'line 4, external_id "du-1": repeats line 2.',
        'line 5, external_id "du-2": names the purchase of line 3, with another customer_id, amount, date.',
        'line 7, external_id "du-1": repeats line 2.',
      ]);
      assert.deepEqual(lookalikes.map(lookalikeSentence), [
        'line 6, external_id "du-3": has the customer, date and amount of line 2.',
      ]);
    }
  });

  test('shares no merchant and no customer between files, and names purchases of another file', async () => {
    mkdirSync(join(directory, 'elsewhere'), { recursive: true });
    const one = await play(['sh-1,c1,2025-01-01,1,60.00'], 'shared.csv');
    const two = await play(
      ['sh-1,c1,2025-01-01,1,60.00', 'sh-2,c1,2025-01-02,1,60.00'],
      'elsewhere/shared.csv',
    );

    assert.notEqual(one.merchant, two.merchant);
    assert.deepEqual(
      [one.customers, two.customers],
      [
        { created: 1, known: 0 },
        { created: 1, known: 0 },
      ],
    );
    // The cap of the customer is that of this file alone.
    assert.equal(two.stages[0]?.balances.pending, 300n);
    assert.deepEqual(two.duplicates.map(duplicateSentence), [
      'line 2, external_id "sh-1": names a purchase that another feed or program reported.',
    ]);
    const rows = await database.db
      .selectFrom('purchases')
      .select(['external_id', 'user_id', 'merchant_id'])
      .where('external_id', 'like', 'sh-%')
      .execute();
    assert.equal(rows.length, 2);
    assert.equal(new Set(rows.map(({ user_id }) => user_id)).size, 2);
    assert.equal(new Set(rows.map(({ merchant_id }) => merchant_id)).size, 2);
  });

  test('shows partial returns as stages of their own, and names those that the platform refuses', async () => {
    const feed = await read(
      [HEADER, 'pr-1,c1,2025-01-01,1,40.00', 'pr-2,c1,2025-02-01,1,50.00', 'pr-20,c1,2025-03-01,1,60.00'],
      'parts.csv',
    );
    const statement = { version: 'return-1', reason: 'one of two books' };
    const lines = [
      { line_id: 'book-1', amount: '20.00', status: 'approved' as const },
      { line_id: 'book-2', amount: '20.00', status: 'rejected' as const },
    ];
    const partialReturns: Feed['partialReturns'] = [
      { externalId: 'pr-1', moment: 'pending', ...statement, statement: { lines } },
      { externalId: 'pr-2', moment: 'confirmed', ...statement, statement: { amount: '30.00' } },
      // It was cancelled before.
      { externalId: 'pr-20', moment: 'confirmed', ...statement, statement: { amount: '30.00' } },
      { externalId: 'not-recorded', moment: 'confirmed', ...statement, statement: { amount: '30.00' } },
    ];

    const played = await playFeed({ feed: { ...feed, partialReturns }, client, report: silentReport });

    const table = stripVTControlCharacters(presentPlay(played));
    assert.match(table, /\nreturns while pending +1 +0 +6\.50 +0\.00 +0\.00 +\d+ +1 partial by lines\n/);
    assert.match(table, /\nreturns before payout +1 +1 +0\.00 +2\.50 +0\.00 +\d+ +1 partial by amount\n/);
    assert.doesNotMatch(table, /returns after payout/);
    assert.match(table, /\nRefused:\n {2}line 4, external_id "pr-20": Purchase is reversed already\.\n\n/);
  });

  test('makes no offer for a date out of all proportion', async () => {
    await play(
      ['of-1,c1,0001-01-01,1,1.00', 'of-2,c1,2025-01-01,1,1.00', 'of-3,c1,9999-12-31,1,1.00'],
      'offer.csv',
    );
    const offers = await database.db
      .selectFrom('offers')
      .innerJoin('merchants', 'merchants.id', 'merchant_id')
      .select(['start_date', 'end_date'])
      .where('merchants.name', 'like', 'Feed offer-%')
      .execute();
    const today = Temporal.Now.plainDateISO('UTC').toString();
    assert.deepEqual(offers, [{ start_date: '2025-01-01', end_date: today }]);
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

    assert.deepEqual(await client.get('/offers'), { data: [] });
    assert.equal(requests, 5);
    refusals = 1_000;
    await assert.rejects(client.get('/offers'), { code: 'OVERLOADED', attempts: 8 });
    assert.equal(requests, 13);
  });
});

/** Reads lines that were written to a file. */
function read(lines: readonly string[], name = 'feed.csv', lineBreak = '\n'): Promise<Feed> {
  return readFeed(file(name, lines.join(lineBreak)), TODAY);
}

/** Without the quantity. */
function quoted(lines: readonly string[]): string {
  const cells = lines.map((line) => line.split(',').filter((_, index) => index !== 3));
  return cells.map((row) => row.map((cell) => `"${cell}"`).join(';')).join('\n');
}

function reordered(lines: readonly string[]): string {
  const cells = lines.map((line) => line.split(','));
  return cells
    .map(([id, customer, date, quantity, amount]) => [amount, date, quantity, customer, id].join())
    .join('\n');
}

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
