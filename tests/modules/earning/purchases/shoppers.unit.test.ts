import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PurchaseReport } from '../../../../src/modules/earning/purchases/model.ts';
import { nameIds, shopperLookup } from '../../../../src/modules/earning/purchases/shoppers.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fakeKernel } from '../../../support/fakes.ts';
import { aSubmission, SHOPPER } from '../../../support/purchases-builders.ts';

const { userId: _, ...rest } = aSubmission();
const byReference = (userReference: string): PurchaseReport => ({ ...rest, userReference });
const byId = aSubmission();

/** A lookup that knows one reference. `asked` lists what each query asked for. */
function lookup() {
  const asked: (readonly string[])[] = [];
  const find = shopperLookup({
    ...fakeKernel().kernel,
    users: {
      findIdsByReference: async (_db, references) => {
        asked.push(references);
        return new Map([['c-1', SHOPPER]]);
      },
    },
  });
  return { find, asked };
}

describe('shoppers named by a reference', () => {
  test('get their ids by one query for the list, which keeps its order', async () => {
    const { find, asked } = lookup();
    const found = await find([byReference('c-1'), byId, byReference('c-2'), byReference('c-1')]);
    assertEqual(asked, [['c-1', 'c-2']]);
    assertEqual(
      found.map(({ userId, userReference }) => [userId, userReference]),
      [
        [SHOPPER, 'c-1'],
        [SHOPPER, undefined],
        ['00000000-0000-0000-0000-000000000000', 'c-2'],
        [SHOPPER, 'c-1'],
      ],
    );
  });

  test('of concurrent lists share queries', async () => {
    const { find, asked } = lookup();
    await Promise.all(Array.from({ length: 50 }, () => find([byReference('c-1')])));
    assert.ok(asked.length <= 4, `${asked.length} queries`);
    assertEqual(asked.at(-1), ['c-1']);
  });

  test('are distinguished from those named by id', () => {
    assertEqual([nameIds([byId, byId]), nameIds([byId, byReference('c-1')])], [true, false]);
  });
});
