import pLimit from 'p-limit';

/** The number of concurrent requests. The platform batches requests that arrive together. */
const CONCURRENCY = 48;

/** The number of concurrent requests that hash a password. More of them would wait until the platform refuses them. */
export const HASHING_CONCURRENCY = 4;

/** Runs `work` for all items concurrently. After the first failure, no further item is started. */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  concurrency = CONCURRENCY,
): Promise<Result[]> {
  const limit = pLimit(concurrency);
  try {
    return await limit.map(items, work);
  } catch (error) {
    limit.clearQueue();
    throw error;
  }
}
