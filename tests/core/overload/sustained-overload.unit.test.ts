import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { sustainedOverload } from '../../../src/core/overload/sustained-overload.ts';

describe('sustained overload', () => {
  test('begins when the count stays above the limit for the time, and not with a burst', (t) => {
    const { overload, start, pass } = watchedCalls(t, { calls: 1, ms: 100 });
    start();
    start();
    pass(99);
    assert.equal(overload.isOverloaded(), false);
    pass(1);
    assert.equal(overload.isOverloaded(), true);
  });

  test('ends when the count has been at or below the limit for the time', async (t) => {
    const { overload, start, pass } = watchedCalls(t, { calls: 1, ms: 100 });
    const [first, second] = [start(), start()];
    pass(100);
    assert.equal(overload.isOverloaded(), true);

    await first.finish();
    assert.equal(overload.isOverloaded(), false, 'there is room for one');
    start();
    assert.equal(overload.isOverloaded(), true, 'a moment with room does not end it');
    await second.finish();
    pass(99);
    start();
    assert.equal(overload.isOverloaded(), true, '99 ms do not end it');
  });

  test('begins again after it has ended', async (t) => {
    const { overload, start, pass } = watchedCalls(t, { calls: 1, ms: 100 });
    const [first] = [start(), start()];
    pass(100);
    await first.finish();
    pass(100);
    start();
    assert.equal(overload.isOverloaded(), false);
    pass(100);
    assert.equal(overload.isOverloaded(), true);
  });

  test('counts a call until it is answered, also if it fails', async (t) => {
    const { overload, start } = watchedCalls(t, { calls: 0, ms: 0 });
    const call = start();
    assert.equal(overload.isOverloaded(), true);
    await call.fail();
    assert.equal(overload.isOverloaded(), false);
  });
});

function watchedCalls(t: TestContext, limits: { calls: number; ms: number }) {
  let now_ms = 0;
  t.mock.method(performance, 'now', () => now_ms);
  const overload = sustainedOverload(limits);
  function start() {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const answered = overload.watch(() => promise).catch(() => undefined);
    return {
      finish: () => {
        resolve();
        return answered;
      },
      fail: () => {
        reject(new Error('it failed'));
        return answered;
      },
    };
  }
  const pass = (ms: number) => {
    now_ms += ms;
  };
  return { overload, start, pass };
}
