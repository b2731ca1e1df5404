import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  capIsExact,
  rewardIsThatOfDinero,
  rewardIsWithinHalfAMinorUnit,
  rewardNeverFalls,
} from '../../../support/money-properties.ts';

describe('the reward of a percentage', () => {
  test('is the one that dinero.js computes and rounds half-even, in currencies of 0, 2 and 3 digits', () => {
    fc.assert(rewardIsThatOfDinero, { numRuns: 20_000 });
  });

  test('is never negative, never more than the amount, and at most half a minor unit off', () => {
    fc.assert(rewardIsWithinHalfAMinorUnit, { numRuns: 10_000 });
  });

  test('never falls when the amount or the percentage rises', () => {
    fc.assert(rewardNeverFalls, { numRuns: 5_000 });
  });
});

describe('a cap', () => {
  test('is never exceeded, used up before anything is cut, and given back to the cent', () => {
    fc.assert(capIsExact, { numRuns: 2_000 });
  });
});
