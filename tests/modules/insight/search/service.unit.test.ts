import { test } from 'node:test';
import { termsOf } from '../../../../src/modules/insight/search/lookups.ts';
import type { Card, Hit } from '../../../../src/modules/insight/search/model.ts';
import type { SearchRepository } from '../../../../src/modules/insight/search/repository.ts';
import { searchService } from '../../../../src/modules/insight/search/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';

const card = (id: string): Card => ({
  kind: 'user',
  id,
  title: `${id}@example.com`,
  subtitle: null,
  status: 'active',
  amount: null,
  currency: null,
});

test('answers the best hits in their order, without what is gone meanwhile', async () => {
  const hits: Hit[] = ['c', 'a', 'b'].map((id) => ({ kind: 'user', id, field: 'email', match: 'beginning' }));
  const asked: unknown[] = [];
  const { search } = searchService({
    ...fakeKernel().kernel,
    repository: fake<SearchRepository>({
      find: async (_db, ...query) => {
        asked.push(query);
        return hits;
      },
      findCards: async (_db, found) => {
        asked.push(found);
        return [card('a'), card('c')];
      },
    }),
  });
  assertEqual(await search(' A@', 2), [{ ...card('c'), field: 'email' }]);
  assertEqual(asked, [
    [termsOf('A@'), 2],
    [hits[0], hits[2]],
  ]);
});
