import { compositeKey } from '../../../core/composite-key.ts';
import type { Database } from '../../../core/database/index.ts';
import { bestOf, termsOf } from './lookups.ts';
import type { Found } from './model.ts';
import type { SearchRepository } from './repository.ts';

export type SearchService = ReturnType<typeof searchService>;

export function searchService(deps: { database: Pick<Database, 'db'>; repository: SearchRepository }) {
  const { database, repository } = deps;

  /** At most `limit` objects that have the text in a field, the best match first. */
  async function search(query: string, limit: number): Promise<readonly Found[]> {
    const hits = bestOf(await repository.find(database.db, termsOf(query), limit), limit);
    const cards = await repository.findCards(database.db, hits);
    const cardOf = new Map(cards.map((card) => [compositeKey(card.kind, card.id), card]));
    return hits.flatMap(({ kind, id, field }) => {
      const card = cardOf.get(compositeKey(kind, id));
      return card === undefined ? [] : [{ ...card, field }];
    });
  }

  return { search };
}
