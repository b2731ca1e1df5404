import { test } from 'node:test';
import fc from 'fast-check';
import { programmeModel } from '../../torture/harness/programme-model.ts';

test('random purchases, settlements, amendments, payouts and adjustments come to what a plain model says', () => {
  fc.assert(programmeModel().property, { numRuns: 200 });
});
