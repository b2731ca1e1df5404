import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { purchaseChanges } from '../../../../src/modules/earning/purchases/changes.ts';
import type { Purchase } from '../../../../src/modules/earning/purchases/model.ts';
import type { RecordedEvent } from '../../../../src/modules/platform/events/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fakeKernel } from '../../../support/fakes.ts';
import { aPurchase, NOW } from '../../../support/purchases-builders.ts';

const own = aPurchase({ id: newId() });
const START = { recordedIn: '7', id: newId() };

/** A feed of steps: each has events about these purchases, at NOW. The last step is the end. */
function changesIn(steps: readonly (readonly string[])[]) {
  const places = steps.map((_, step) => ({ recordedIn: String(100 + step), id: newId() }));
  const asked: (readonly string[])[] = [];
  const { listChanged } = purchaseChanges({
    ...fakeKernel().kernel,
    feed: {
      findPlaceAt: async () => START,
      follow: async (_db, { after }) => {
        const step = places.findIndex(({ recordedIn }) => recordedIn === after.recordedIn) + 1;
        const events = (steps[step] ?? []).map((resourceId) => {
          const event = { resourceId, occurredAt: NOW, recordedIn: places[step]?.recordedIn, id: newId() };
          return event as RecordedEvent;
        });
        return { events, position: places[step] ?? START, isEnd: step >= steps.length - 1 };
      },
    },
  });
  const findOwn = async (ids: readonly string[]): Promise<readonly Purchase[]> => {
    asked.push(ids);
    return ids.includes(own.id) ? [own] : [];
  };
  const list = (page: { limit: number; after?: string }, since = NOW) =>
    listChanged(findOwn, { since, filter: {} }, page);
  return { list, asked, places };
}

describe('what changed', () => {
  test('is found over several steps, each purchase once, and asks for each once', async () => {
    const other = newId();
    const { list, asked } = changesIn([[own.id, own.id], [other], [own.id, other]]);
    assertEqual(await list({ limit: 5 }), { items: [own], total: 1, nextKey: null });
    assertEqual(asked, [[own.id], [other], [other]]);
  });

  test('leaves out events from before the time', async () => {
    const { list } = changesIn([[own.id]]);
    const { items } = await list({ limit: 5 }, NOW.add({ microseconds: 1 }));
    assertEqual(items, []);
  });

  test('ends after ten steps on a page without purchases, and continues behind them', async () => {
    const { list, places } = changesIn([...Array.from({ length: 11 }, () => [newId()]), [own.id]]);
    const first = await list({ limit: 5 });
    assertEqual([first.items, first.nextKey], [[], `${places[9]?.recordedIn}:${places[9]?.id}`]);
    const { items, nextKey } = await list({ limit: 5, after: first.nextKey ?? '' });
    assertEqual([items, nextKey], [[own], null]);
  });
});
