import pLimit from 'p-limit';

/** Concurrent requests. The platform batches those that arrive together. */
const CONCURRENCY = 48;

/** Nothing new is begun once something failed. */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const limit = pLimit(CONCURRENCY);
  try {
    return await limit.map(items, work);
  } catch (error) {
    limit.clearQueue();
    throw error;
  }
}
