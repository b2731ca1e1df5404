import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { ceilingBook, releaseLimit } from '../../../../src/modules/earning/fraud/ceiling-policies.ts';
import { releaseExposure } from '../../../../src/modules/earning/fraud/exposure.ts';
import type { ExposureRepository } from '../../../../src/modules/earning/fraud/exposure-repository.ts';
import { aCeiling } from '../../../support/ceiling-builders.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeTransaction } from '../../../support/fakes.ts';
import { PARTNER } from '../../../support/partner-builders.ts';

const NIL = '00000000-0000-0000-0000-000000000000';
const OF_PARTNER = { namespace: PARTNER, currency: 'EUR' };
const OF_PLATFORM = { namespace: NIL, currency: 'EUR' };
const ofPartner = { type: 'partner', id: PARTNER } as const;

describe('the limit of what is released on a day', () => {
  const platforms = aCeiling({ dailyReleased: 500n });
  const partners = aCeiling({ scope: ofPartner, dailyReleased: 900n });

  test('is that of the partner, otherwise that of the platform, otherwise there is none', () => {
    const silent = aCeiling({ scope: ofPartner, maxAmount: 1n });
    assert.equal(releaseLimit(ceilingBook([platforms, partners]), OF_PARTNER), 900n);
    assert.equal(releaseLimit(ceilingBook([platforms, silent]), OF_PARTNER), 500n);
    assert.equal(releaseLimit(ceilingBook([platforms, partners]), OF_PLATFORM), 500n);
    assert.equal(releaseLimit(ceilingBook([partners]), OF_PLATFORM), undefined);
    assert.equal(releaseLimit(ceilingBook([]), OF_PARTNER), undefined);
    const zero = aCeiling({ scope: ofPartner, dailyReleased: 0n });
    assert.equal(releaseLimit(ceilingBook([platforms, zero]), OF_PARTNER), 0n, 'zero is a limit');
  });

  test('is of one currency', () => {
    assert.equal(releaseLimit(ceilingBook([platforms]), { ...OF_PLATFORM, currency: 'USD' }), undefined);
  });
});

describe('the rooms of a day', () => {
  const lock = (ceilings: Parameters<typeof ceilingBook>[0], days: readonly bigint[] = []) => {
    const locked: unknown[] = [];
    const { lockReleaseRooms } = releaseExposure({
      exposure: fake<ExposureRepository>({
        lockDays: async (_trx, queues, day) => {
          locked.push(
            queues.map(({ namespace }) => namespace),
            day,
          );
          return queues.map((queue, index) => ({ ...queue, released: days[index] ?? 0n }));
        },
      }),
    });
    const known = { ceilings: ceilingBook(ceilings), day: '2026-03-14' };
    const rooms = lockReleaseRooms(
      fakeTransaction(),
      [OF_PARTNER, OF_PLATFORM, OF_PARTNER, { namespace: newId(), currency: 'USD' }],
      known,
    );
    return { rooms, locked };
  };

  test('are locked once for each queue that has a limit', async () => {
    const { rooms, locked } = lock([aCeiling({ dailyReleased: 500n })], [300n, 501n]);
    const room = { day: '2026-03-14', limit: 500n };
    assertEqual(await rooms, [
      { ...OF_PARTNER, ...room, released: 300n },
      { ...OF_PLATFORM, ...room, released: 501n },
    ]);
    assertEqual(locked, [[PARTNER, NIL], '2026-03-14']);
  });

  test('are none without a limit, and nothing is asked', async () => {
    const { rooms, locked } = lock([aCeiling({ maxAmount: 1n })]);
    assertEqual([await rooms, locked], [[], []]);
  });
});
