/** Runs `work` for 0 to `count - 1`, in this order, `atOnce` of them concurrently. Returns the results in order. */
export async function concurrently<Result>(
  atOnce: number,
  count: number,
  work: (number: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array(count);
  let next = 0;
  async function keepWorking(): Promise<void> {
    while (next < count) {
      const number = next;
      next += 1;
      results[number] = await work(number);
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, keepWorking));
  return results;
}
