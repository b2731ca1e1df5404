import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importCustomers } from '../../demo/feeds/customers.ts';
import type { Feed } from '../../demo/feeds/feed.ts';
import type { PlatformClient } from '../../demo/feeds/platform-client.ts';
import { silentReport } from '../../demo/feeds/progress.ts';
import { fake } from '../support/fakes.ts';

test('a feed rewards no account that only claims the address of its customer', async () => {
  const claimed = { status: 409, error: { code: 'EMAIL_NOT_VERIFIED', message: 'Claimed.', details: {} } };
  const post = async () => ({ results: [{ status: 201, id: 'new' }, { status: 409, id: 'known' }, claimed] });
  const feed: Feed = {
    name: 'shop',
    customers: ['one', 'two', 'three'],
    lines: [],
    partialReturns: [],
    refusals: [],
  };

  const { userIdOf, created, known, refusals } = await importCustomers(
    fake<PlatformClient>({ post: post as unknown as PlatformClient['post'] }),
    feed,
    silentReport,
  );

  assert.deepEqual(
    [...userIdOf],
    [
      ['one', 'new'],
      ['two', 'known'],
    ],
  );
  assert.deepEqual([created, known], [1, 1]);
  assert.deepEqual(
    refusals.map(({ value, code }) => [value, code]),
    [['three', 'EMAIL_NOT_VERIFIED']],
  );
});
