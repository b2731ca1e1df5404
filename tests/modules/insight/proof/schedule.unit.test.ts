import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isProofDue } from '../../../../src/modules/insight/proof/schedule.ts';

const at = (time: string) => Temporal.Instant.from(`2026-03-14T${time}Z`);
const never = { lastStartedAt: null, isSmall: false };
const last = (time: string, isSmall = false) => ({ lastStartedAt: Temporal.Instant.from(time), isSmall });

describe('the books are proven', () => {
  const cases = [
    ['at the first start of a small database', at('12:00:00'), { ...never, isSmall: true }, true],
    ['not in the daytime where the proof takes minutes', at('12:00:00'), never, false],
    ['in the night', at('03:00:00'), never, true],
    ['late in the night', at('05:59:59'), never, true],
    ['not before it', at('02:59:59'), never, false],
    ['not after it', at('06:00:00'), never, false],
    ['after the proof of the last night', at('03:00:01'), last('2026-03-13T03:00:02Z'), true],
    ['after a proof of the evening', at('03:00:01'), last('2026-03-14T02:59:59Z'), true],
    ['once a night', at('04:00:00'), last('2026-03-14T03:00:00Z'), false],
    ['once where the database is small', at('12:00:00'), last('2026-03-13T03:00:00Z', true), false],
  ] as const;
  for (const [title, now, past, isDue] of cases)
    test(`${title}: ${isDue}`, () => assert.equal(isProofDue(now, past), isDue));
});
