import type { TestEvent } from 'node:test/reporters';
import { dot } from 'node:test/reporters';

/** A dot for each test, the failures in full, and one closing line. */
export default async function* dots(source: AsyncGenerator<TestEvent, void>): AsyncGenerator<string, void> {
  let closing = '';
  async function* watched(): AsyncGenerator<TestEvent, void> {
    for await (const event of source) {
      if (event.type === 'test:summary' && event.data.file === undefined) {
        const { tests, passed, skipped, todo } = event.data.counts;
        const failed = tests - passed - skipped - todo;
        const seconds = (event.data.duration_ms / 1_000).toFixed(0);
        closing = `\n${passed} passed, ${failed} failed, ${skipped} skipped\n(${seconds} s)\n`;
      }
      yield event;
    }
  }
  yield* dot(watched());
  yield closing;
}
