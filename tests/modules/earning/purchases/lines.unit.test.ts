import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { revise } from '../../../../src/modules/earning/purchases/amendments.ts';
import {
  areDistinct,
  hasPendingLine,
  lineRows,
  linesFrom,
  presentLines,
  sumOf,
} from '../../../../src/modules/earning/purchases/lines.ts';
import type { Amendment } from '../../../../src/modules/earning/purchases/model.ts';
import { assertEqual } from '../../../support/equality.ts';
import { adminActor, aLine, aPurchase, aReward, NOW, STRANGER } from '../../../support/purchases-builders.ts';

function revisionOf(statement: Amendment['statement']) {
  return revise(
    { purchase: aPurchase(), reward: aReward() },
    { actor: adminActor(STRANGER), amendment: { statement, reason: 'a return', version: newId() } },
    { id: newId(), now: NOW, room: undefined },
  );
}

describe('lines', () => {
  test('add up to the amount of those that are not rejected', () => {
    const lines = [
      aLine({ amount: 33n }),
      aLine({ amount: 20n, status: 'pending' }),
      aLine({ amount: 7n, status: 'rejected' }),
    ];
    assert.equal(sumOf(lines), 53n);
    assert.equal(sumOf([]), 0n);
  });

  test('are distinct by their ids', () => {
    assert.equal(areDistinct([aLine(), aLine({ lineId: 'b' })]), true);
    assert.equal(areDistinct([aLine(), aLine({ amount: 1n })]), false);
  });

  test('are undecided while one of them is pending', () => {
    assert.equal(hasPendingLine([aLine(), aLine({ status: 'pending' })]), true);
    assert.equal(hasPendingLine([aLine(), aLine({ status: 'rejected' })]), false);
    assert.equal(hasPendingLine(null), false);
  });

  test('are stored and shown as they were named, with the decimals of the currency', () => {
    const lines = [aLine({ category: 'books' }), aLine({ lineId: 'b', amount: 0n, status: 'rejected' })];
    const rows = lineRows(lines, 'EUR');
    assertEqual(rows, [
      { line_id: 'a', amount: '49.90', category: 'books', status: 'approved' },
      { line_id: 'b', amount: '0.00', category: null, status: 'rejected' },
    ]);
    assertEqual(linesFrom(rows, 'EUR'), lines);
    assert.equal(lineRows([aLine()], 'JPY')[0]?.amount, '4990');
  });
});

describe('the present lines', () => {
  const named = (status: 'pending' | 'approved') =>
    revisionOf({ lines: [{ lineId: 'a', amount: '49.90', category: null, status }] });

  test('are those of the recording while no revision names any', () => {
    const recorded = [aLine({ status: 'pending' })];
    assertEqual(presentLines([], recorded), recorded);
    assertEqual(presentLines([revisionOf({ amount: 20 })], recorded), recorded);
    assert.equal(presentLines(undefined, undefined), null);
  });

  test('are those of the latest revision that names any', () => {
    const revisions = [named('pending'), named('approved'), revisionOf({ amount: 20 })];
    assertEqual(presentLines(revisions, [aLine({ lineId: 'recorded' })]), [aLine()]);
  });
});
