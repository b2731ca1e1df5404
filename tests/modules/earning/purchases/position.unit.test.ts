import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  movesBetween,
  type Position,
  UNREWARDED,
} from '../../../../src/modules/earning/purchases/position.ts';
import { assertEqual } from '../../../support/equality.ts';
import { positionIsReached } from '../../../support/money-properties.ts';

const pending = (reward: bigint): Position => ({ reward, bucket: 'pending' });
const available = (reward: bigint): Position => ({ reward, bucket: 'available' });

describe('the moves between two positions of a reward', () => {
  const credit = (amount: bigint) => ['cashback_credit', 'platform', 'pending', amount];
  const confirmation = (amount: bigint) => ['cashback_confirmation', 'pending', 'available', amount];
  const reversal = (from: string, amount: bigint) => ['cashback_reversal', from, 'platform', amount];

  const table: [title: string, before: Position, after: Position, moves: unknown[][]][] = [
    ['recorded', UNREWARDED, pending(400n), [credit(400n)]],
    ['recorded without a reward', UNREWARDED, pending(0n), []],
    ['confirmed', pending(400n), available(400n), [confirmation(400n)]],
    ['confirmed without a reward', pending(0n), available(0n), []],
    ['reversed while pending', pending(400n), UNREWARDED, [reversal('pending', 400n)]],
    ['reversed while available', available(400n), UNREWARDED, [reversal('available', 400n)]],
    ['raised while pending', pending(400n), pending(500n), [credit(100n)]],
    ['lowered while pending', pending(400n), pending(392n), [reversal('pending', 8n)]],
    ['lowered to nothing', pending(400n), pending(0n), [reversal('pending', 400n)]],
    ['confirmed and lowered', pending(400n), available(392n), [reversal('pending', 8n), confirmation(392n)]],
    ['confirmed and raised', pending(400n), available(500n), [credit(100n), confirmation(500n)]],
    ['raised while available', available(400n), available(500n), [credit(100n), confirmation(100n)]],
    ['lowered while available', available(1_000n), available(600n), [reversal('available', 400n)]],
    ['the same', available(400n), available(400n), []],
  ];
  for (const [title, before, after, moves] of table) {
    test(title, () => {
      assertEqual(
        movesBetween(before, after).map(({ type, from, to, amount }) => [type, from, to, amount]),
        moves,
      );
    });
  }

  test('leave exactly the reward of the last position in its bucket, whatever came between', () => {
    fc.assert(positionIsReached, { numRuns: 1_000 });
  });
});
