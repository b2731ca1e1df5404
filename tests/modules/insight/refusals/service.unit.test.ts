import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rateLimited } from '../../../../src/core/errors.ts';
import { userNotEligible } from '../../../../src/modules/earning/purchases/errors.ts';
import type { Refusal, RefusalCount } from '../../../../src/modules/insight/refusals/model.ts';
import { refusalRecording } from '../../../../src/modules/insight/refusals/recording.ts';
import type { RefusalRepository } from '../../../../src/modules/insight/refusals/repository.ts';
import { refusalService } from '../../../../src/modules/insight/refusals/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { MERCHANT as PARTNER, SHOPPER } from '../../../support/purchases-builders.ts';

const error = userNotEligible({ user_id: SHOPPER, reason: 'unknown' });

function recording() {
  const { kernel, clock, logged, transactions } = fakeKernel();
  const stored: (Refusal | RefusalCount)[][] = [];
  let isAway = false;
  const put = (_: unknown, rows: readonly (Refusal | RefusalCount)[]) => {
    if (isAway) throw new Error('the database is away');
    stored.push([...rows]);
  };
  const repository = fake<RefusalRepository>({ queueInsert: put, queueCount: put });
  const { note, settle } = refusalRecording({ ...kernel, repository });
  const refuse = (times: number, partnerId = PARTNER) => {
    for (let time = 0; time < times; time += 1)
      note({ partnerId, externalId: `order-${time}`, error, requestId: 'request-1' });
  };
  /** What the last transaction stored: the number of refusals, and of those that were counted. */
  const lastStored = () => {
    const [refusals = [], counts = []] = stored.slice(-2);
    return [
      refusals.length,
      counts.reduce((sum, count) => sum + ('refused' in count ? count.refused : 0), 0),
    ];
  };
  return {
    note,
    settle,
    refuse,
    clock,
    logged,
    transactions,
    lastStored,
    stored,
    setAway: (away: boolean) => {
      isAway = away;
    },
  };
}

describe('a noted refusal', () => {
  test('is stored a second later, together with others', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const { refuse, settle, lastStored, transactions } = recording();
    refuse(2);
    assert.equal(transactions(), 0);
    context.mock.timers.tick(999);
    refuse(1);
    assert.equal(transactions(), 0);
    context.mock.timers.tick(1);
    await settle();
    assert.deepEqual([transactions(), lastStored()], [1, [3, 3]]);
  });

  test('is stored at the shutdown', async () => {
    const { refuse, settle, lastStored, transactions } = recording();
    refuse(1);
    await settle();
    await settle();
    assert.deepEqual([transactions(), lastStored()], [1, [1, 1]]);
  });

  test('is counted in its hour', async () => {
    const { refuse, settle, clock, stored } = recording();
    refuse(2);
    clock.advance({ minutes: 40 });
    refuse(1);
    await settle();
    const count = { partnerId: PARTNER, code: error.code };
    assertEqual(stored.at(-1), [
      { ...count, hour: Temporal.Instant.from('2026-03-14T09:00:00Z'), refused: 2 },
      { ...count, hour: Temporal.Instant.from('2026-03-14T10:00:00Z'), refused: 1 },
    ]);
  });

  test('is nothing where the answer was no refusal', async () => {
    const { note, settle, transactions } = recording();
    note({ partnerId: PARTNER, externalId: 'a', error: rateLimited({}), requestId: 'request-1' });
    await settle();
    assert.equal(transactions(), 0);
  });
});

describe('a flood', () => {
  test('is kept up to a bound for each partner and minute, and counted', async () => {
    const { refuse, settle, lastStored, clock } = recording();
    refuse(1_001);
    refuse(1, SHOPPER);
    await settle();
    assert.deepEqual(lastStored(), [1_001, 1_002]);
    clock.advance({ minutes: 1 });
    refuse(1);
    await settle();
    assert.deepEqual(lastStored(), [1, 1]);
  });

  test('waits in bounded memory while the database is away', async () => {
    const { refuse, settle, lastStored, logged, setAway, clock } = recording();
    setAway(true);
    for (let minute = 0; minute < 11; minute += 1) {
      refuse(1_000);
      clock.advance({ minutes: 1 });
    }
    await settle();
    assert.equal(logged.at(-1)?.msg, 'refusals could not be stored');
    setAway(false);
    refuse(1);
    await settle();
    assert.deepEqual(lastStored(), [10_000, 11_001]);
  });
});

test('refusals are deleted after 30 days', async () => {
  const { kernel, clock } = fakeKernel();
  const removed: unknown[] = [];
  const repository = fake<RefusalRepository>({
    removeBefore: async (_, ...request) => {
      removed.push(...request);
      return 7;
    },
  });
  const service = refusalService({ ...kernel, repository });
  assert.equal(await service.purge(1_000), 7);
  assertEqual(removed, [clock().subtract({ hours: 720 }), 1_000]);
});
