import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { loadDemoData } from '../../demo/data.ts';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import { testClock } from '../support/clock.ts';
import { startTestPlatform } from '../support/platform.ts';

const clock = testClock(Temporal.Now.instant().toString());
const { platform, database } = await startTestPlatform({
  clock,
  // As it is by default.
  environment: { VELOCITY_PURCHASES_PER_USER_DAY: '' },
});
await loadDemoData(platform, clock, 'EUR');
const host = await platform.server.listen({ port: 0, host: '127.0.0.1' });

describe('the commands of README.md', () => {
  test('buy, repeat, confirm and reverse', async () => {
    const [tour = ''] = commandsOf('README.md', 'Five minutes');
    const output = await runInShell(tour);

    assert.match(output, /"status":"pending","cashback_amount"/);
    assert.match(output, /DUPLICATE_PURCHASE/);
    assert.match(output, /"status":"reversed"/);
    assert.deepEqual(await purchasesNamed('tour-1'), [{ partner: null, status: 'reversed' }]);
  });
});

describe('the commands of docs/partners.md', () => {
  test('report and settle purchases: with a key, by the nightly script, and with signatures, in one shell', async () => {
    const first = commandsOf('docs/partners.md', 'Ten minutes').join('\n');
    const [nightly = ''] = commandsOf('docs/partners.md', 'Every night');
    const [signed = ''] = commandsOf('docs/partners.md', 'Sign requests');
    const repeat = nightly.split('\n').findLast((line) => line.includes('settle-yesterday'));
    const output = await runInShell(
      [
        first,
        `echo '--- nightly'`,
        nightly,
        repeat,
        `echo '--- signed'`,
        signed,
        `printf 'order,outcome,amount\\norder-3,delivered,\\n' > $ORDERS`,
        `SIGNING_SECRET=$SECRET ${repeat}`,
      ].join('\n'),
    );

    const [withKey = '', byNight = '', withSignature = ''] = output.split(/--- \w+/);
    for (const part of [withKey, withSignature]) {
      assert.match(part, /"status":"pending","cashback_amount"/);
      assert.match(part, /"status":200,"purchase_status":"confirmed"/);
    }
    assert.match(withKey, /"external_reference":"customer-1042"/);
    assert.match(withKey, /"purchases_per_minute":/);
    assert.match(withKey, /DUPLICATE_PURCHASE/);
    assert.match(withKey, /"external_id":"order-1",.*"status":"confirmed".*"total":1,/);
    assert.match(byNight, /2 settled, 1 settled before, 0 refused\n0 purchases up to/);
    assert.match(byNight, /1 settled, 2 settled before, 0 refused/);
    assert.match(withSignature, /"status":404/);
    assert.match(withSignature, /0 settled, 1 settled before, 0 refused/);
    const purchases = await Promise.all(['order-1', 'order-2', 'order-3'].map(purchasesNamed));
    assert.deepEqual(
      purchases.flat().map(({ partner, status }) => [partner?.replace(/ \d+$/, ''), status]),
      [
        ['Blue Harbour Network', 'confirmed'],
        ['Blue Harbour Network', 'confirmed'],
        ['Northwind Affiliates', 'confirmed'],
      ],
    );
  });
});

describe('the commands of docs/events.md', () => {
  test('read the feed page by page', async () => {
    const [follow = ''] = commandsOf('docs/events.md', 'Follow the feed');
    const pages = (await runInShell(follow))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      pages.map(({ data, has_more }) => [data.length, has_more]),
      Array(3).fill([2, true]),
    );
    const ids = pages.flatMap(({ data }) => data.map(({ id }: { id: string }) => id));
    assert.equal(new Set(ids).size, 6);
  });
});

async function runInShell(script: string): Promise<string> {
  const commands = script.replace(/^API=.*$/m, `API=${host}/api/v1`);
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', commands], {
    cwd: PROJECT_DIRECTORY,
  });
  return stdout;
}

function purchasesNamed(externalId: string) {
  return database.db
    .selectFrom('purchases')
    .leftJoin('partners', 'partners.id', 'purchases.partner_id')
    .select(['partners.name as partner', 'purchases.status'])
    .where('external_id', '=', externalId)
    .orderBy('purchases.id')
    .execute();
}

/** The blocks of shell commands beneath a heading. */
function commandsOf(file: string, heading: string): string[] {
  const page = readFileSync(join(PROJECT_DIRECTORY, file), 'utf8');
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [text = ''] = section.split('\n## ');
  const blocks = [...text.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
  assert.ok(blocks.length > 0, `${file}: ${heading} has no commands`);
  return blocks;
}
