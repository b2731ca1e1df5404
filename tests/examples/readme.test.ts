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
const { platform, database } = await startTestPlatform({ clock });
await loadDemoData(platform, clock, 'EUR');
const host = await platform.server.listen({ port: 0, host: '127.0.0.1' });
const readme = readFileSync(join(PROJECT_DIRECTORY, 'README.md'), 'utf8');

describe('the commands of the README', () => {
  test('do what their comments say, in one shell from the first login to a signed settlement', async () => {
    const script = [firstBlockOf('Five minutes'), firstBlockOf('Partners')]
      .join("\necho '--- as a partner'\n")
      .replace(/^API=.*$/m, `API=${host}/api/v1`);

    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script]);

    const [alone = '', asPartner = ''] = stdout.split('--- as a partner');
    assert.match(alone, /"status":"pending","cashback_amount"/);
    assert.match(alone, /DUPLICATE_PURCHASE/);
    assert.match(alone, /"status":"reversed"/);
    assert.match(asPartner, /"status":"pending","cashback_amount"/);
    assert.match(asPartner, /"status":200,"purchase_status":"confirmed"/);
    assert.match(asPartner, /"status":404/);
    const purchases = await database.db
      .selectFrom('purchases')
      .leftJoin('partners', 'partners.id', 'purchases.partner_id')
      .select(['partners.name', 'purchases.status'])
      .where('external_id', '=', 'tour-1')
      .orderBy('purchases.id')
      .execute();
    assert.deepEqual(purchases, [
      { name: null, status: 'reversed' },
      { name: 'Northwind Affiliates', status: 'confirmed' },
    ]);
  });
});

function firstBlockOf(heading: string): string {
  const [, section = ''] = readme.split(`\n## ${heading}\n`);
  const [, block] = /```bash\n([\s\S]*?)```/.exec(section) ?? [];
  assert.ok(block, `${heading} has no commands`);
  return block;
}
