import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  digestOf,
  expiryOf,
  isUrgent,
  nextAttemptAfter,
} from '../../../../src/modules/platform/mail/policies.ts';
import { assertEqual } from '../../../support/equality.ts';
import { aMail } from '../../../support/mail-builders.ts';
import { NOW } from '../../../support/purchases-builders.ts';

describe('the digest of a mail', () => {
  const mail = aMail();
  const again = (change: Partial<ReturnType<typeof aMail>>) =>
    digestOf({ ...mail, ...change }).toString('hex');
  const first = again({});

  test('is the same for one recipient, template and cause, whatever the mail says', () => {
    assert.equal(again({}), first);
    assert.equal(again({ to: { ...mail.to, email: mail.to.email.toUpperCase(), locale: 'de' } }), first);
  });

  test('differs with each of them', () => {
    assert.notEqual(again({ key: 'other' }), first);
    assert.notEqual(again({ to: { ...mail.to, email: 'other@example.com' } }), first);
    assert.notEqual(digestOf({ ...mail, template: 'password-changed' }).toString('hex'), first);
  });
});

describe('a mail is tried', () => {
  test('for a day', () => {
    assertEqual(expiryOf(aMail({ expiresIn: { hours: 72 } }), NOW), NOW.add({ hours: 24 }));
  });

  test('not after its link has expired', () => {
    assertEqual(expiryOf(aMail({ expiresIn: { hours: 1 } }), NOW), NOW.add({ hours: 1 }));
  });
});

describe('after a failed attempt', () => {
  test('the pauses grow to ten minutes', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 200].map((attempts) =>
      nextAttemptAfter(attempts, NOW).since(NOW).total('seconds'),
    );
    assert.deepEqual(pauses, [10, 30, 90, 270, 600, 600, 600]);
  });
});

test('mails about access to an account are urgent, news of money are not', () => {
  assert.ok(isUrgent('reset-password') && isUrgent('verify-email'));
  assert.ok(!isUrgent('cashback-available') && !isUrgent('weekly-summary'));
});
