import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Factor } from '../../../../src/modules/identity/auth/model.ts';
import { decideCode, dueProof, withoutFailures } from '../../../../src/modules/identity/auth/policies.ts';
import { assertEqual } from '../../../support/equality.ts';
import { NOW, SHOPPER } from '../../../support/purchases-builders.ts';

const LAST_STEP = 1_000;
const factor: Factor = {
  userId: SHOPPER,
  secret: 'encrypted',
  pendingSecret: null,
  lastStep: LAST_STEP,
  failuresUntil: null,
};
const WRONG = undefined;
const days = (count: number) => NOW.add({ hours: 24 * count });

/** The factor after these wrong codes, one at each instant. Each must be refused as wrong, not as locked. */
function afterWrongCodes(instants: readonly Temporal.Instant[]): Factor {
  let after = factor;
  for (const now of instants) {
    const decision = decideCode(after, WRONG, now);
    assert.ok(
      decision.kind === 'refuse' && decision.error.code === 'INVALID_MFA_CODE',
      JSON.stringify(decision),
    );
    after = { ...after, ...decision.change };
  }
  return after;
}

const TEN_AT_ONCE = Array<Temporal.Instant>(10).fill(NOW);

describe('a right code', () => {
  test('is accepted, and its time step is remembered', () => {
    assertEqual(decideCode(factor, LAST_STEP + 1, NOW), {
      kind: 'accept',
      change: { lastStep: LAST_STEP + 1 },
    });
  });

  for (const step of [LAST_STEP, LAST_STEP - 1]) {
    test(`of step ${step} is refused after one of step ${LAST_STEP} was used, and counts as no guess`, () => {
      const decision = decideCode(factor, step, NOW);
      assert.ok(decision.kind === 'refuse');
      assertEqual([decision.error.code, decision.change], ['INVALID_MFA_CODE', {}]);
    });
  }

  test('is refused after ten wrong ones, and the refusal says for how long', () => {
    const decision = decideCode(afterWrongCodes(TEN_AT_ONCE), LAST_STEP + 1, NOW);
    assert.ok(decision.kind === 'refuse');
    const { code, details } = decision.error;
    assertEqual([code, details, decision.change], ['MFA_LOCKED', { retry_after_seconds: 86_400 }, {}]);
  });

  test('is accepted a day later, to the second', () => {
    const locked = afterWrongCodes(TEN_AT_ONCE);
    assert.equal(decideCode(locked, LAST_STEP + 1, days(1).subtract({ seconds: 1 })).kind, 'refuse');
    assert.equal(decideCode(locked, LAST_STEP + 1, days(1)).kind, 'accept');
  });

  test('does not forget wrong ones of before', () => {
    const nine = afterWrongCodes(TEN_AT_ONCE.slice(1));
    const decision = decideCode(nine, LAST_STEP + 1, NOW);
    const { failuresUntil } = { ...nine, ...decision.change };
    assertEqual(failuresUntil, days(9));
  });
});

describe('wrong codes', () => {
  test('are ten and one a day, over any time', () => {
    const later = Array.from({ length: 100 }, (_, day) => days(day + 1));
    const factorAfter = afterWrongCodes([...TEN_AT_ONCE, ...later]);
    const next = decideCode(factorAfter, WRONG, days(101).subtract({ seconds: 1 }));
    assert.ok(next.kind === 'refuse' && next.error.code === 'MFA_LOCKED');
  });

  test('are forgotten by a day each without one', () => {
    assertEqual(afterWrongCodes([NOW, days(30)]).failuresUntil, days(31));
  });

  test('do not count after a recovery code', () => {
    const freed = withoutFailures(afterWrongCodes(TEN_AT_ONCE));
    assert.equal(decideCode(freed, LAST_STEP + 1, NOW).kind, 'accept');
  });
});

describe('a session', () => {
  const aSession = { app: null, factorProvenAt: null, passwordProvenAt: NOW };
  const dueAfter = (session: Parameters<typeof dueProof>[0]) =>
    [0, 300, 301].map((seconds) => dueProof(session, NOW.add({ seconds })));

  test('of a program needs no fresh proof without a second factor', () => {
    assert.deepEqual(dueAfter(aSession), [null, null, null]);
  });

  for (const app of ['wallet', 'console'] as const) {
    test(`of the ${app} needs a password five minutes after the last`, () => {
      assert.deepEqual(dueAfter({ ...aSession, app }), [null, null, 'password']);
    });

    test(`of the ${app} needs a code instead where the account has a second factor`, () => {
      const session = { app, factorProvenAt: NOW, passwordProvenAt: NOW.subtract({ hours: 1 }) };
      assert.deepEqual(dueAfter(session), [null, null, 'second_factor']);
    });
  }

  test('needs a code five minutes after the last', () => {
    assert.deepEqual(dueAfter({ ...aSession, factorProvenAt: NOW }), [null, null, 'second_factor']);
  });

  test('of an app that never proved a password needs one', () => {
    assert.equal(dueProof({ ...aSession, app: 'wallet', passwordProvenAt: null }, NOW), 'password');
  });
});
