import { describe, test } from 'node:test';
import { rotate, validSecrets } from '../../../src/core/secrets/signing-secrets.ts';
import { assertEqual } from '../../support/equality.ts';

const NOW = Temporal.Instant.from('2026-03-14T09:26:53Z');
const LATER = NOW.add({ nanoseconds: 1 });

describe('a new signing secret', () => {
  const first = { current: null, previous: null, previousUntil: null };
  const second = { current: 'second', previous: 'first', previousUntil: LATER };
  const none = { previous: null, previousUntil: null };

  for (const [title, signing, overlap_s, expected] of [
    ['is the only one if there was none', first, 60, { current: 'new', ...none }],
    ['ends the previous one without an overlap', second, 0, { current: 'new', ...none }],
    [
      'keeps the previous one for the overlap',
      second,
      60,
      { current: 'new', previous: 'second', previousUntil: NOW.add({ seconds: 60 }) },
    ],
  ] as const) {
    test(title, () => assertEqual(rotate(signing, 'new', overlap_s, NOW), expected));
  }

  for (const [title, signing, expected] of [
    ['none', first, []],
    ['the current one', { current: 'only', ...none }, ['only']],
    ['both during the overlap', second, ['second', 'first']],
    ['the current one from its end on', { ...second, previousUntil: NOW }, ['second']],
  ] as const) {
    test(`leaves as valid: ${title}`, () => assertEqual(validSecrets(signing, NOW), expected));
  }
});
