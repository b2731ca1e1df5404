import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Message, newSigningSecret, verifySignature } from '../../../src/core/secrets/signatures.ts';
import { signatureOf } from '../../support/partners.ts';

/** The examples that libraries of Standard Webhooks are tested with. */
const VECTORS = [
  {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    body: '{"test": 2432232314}',
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  {
    secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    id: 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
    timestamp: '1649367553',
    body: '{"email":"test@example.com","username":"test_user"}',
    signature: 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
  },
] as const;

const [VECTOR] = VECTORS;
const SENT_AT = Temporal.Instant.fromEpochMilliseconds(Number(VECTOR.timestamp) * 1000);
const OTHER_SECRET = newSigningSecret();

function reasonOf(
  changes: Partial<Record<keyof Message, string>>,
  at = SENT_AT,
  secrets: string[] = [VECTOR.secret],
) {
  const { body, ...headers } = { ...VECTOR, ...changes };
  try {
    verifySignature({ ...headers, body: Buffer.from(body) }, secrets, at);
    return 'good';
  } catch (error) {
    return (error as { details: { reason: string } }).details.reason;
  }
}

describe('a signature by Standard Webhooks', () => {
  for (const { secret, id, timestamp, body, signature } of VECTORS) {
    test(`of the example ${id} is good`, () => {
      const at = Temporal.Instant.fromEpochMilliseconds(Number(timestamp) * 1000);

      const message = verifySignature({ id, timestamp, signature, body: Buffer.from(body) }, [secret], at);

      assert.equal(message.id, id);
      assert.equal(message.sentAt.epochMilliseconds, Number(timestamp) * 1000);
    });
  }

  const BROKEN: Record<string, [Partial<Record<keyof Message, string>>, string]> = {
    'another body': [{ body: '{"test": 2432232315}' }, 'mismatch'],
    'a space more in the body': [{ body: '{"test":  2432232314}' }, 'mismatch'],
    'an empty body': [{ body: '' }, 'mismatch'],
    'another id': [{ id: 'msg_p5jXN8AQM9LWM0D4loKWxJel' }, 'mismatch'],
    'another time': [{ timestamp: '1614265331' }, 'mismatch'],
    'a signature of nothing': [{ signature: 'v1,' }, 'mismatch'],
    'a signature cut short': [{ signature: VECTOR.signature.slice(0, -1) }, 'mismatch'],
    'a signature of another version': [{ signature: VECTOR.signature.replace('v1', 'v2') }, 'malformed'],
    'no version': [{ signature: VECTOR.signature.slice(3) }, 'malformed'],
    'an empty signature': [{ signature: '' }, 'malformed'],
    'an id with a full stop': [{ id: 'msg.1' }, 'malformed'],
    'an empty id': [{ id: '' }, 'malformed'],
    'an id of 256 signs': [{ id: 'x'.repeat(256) }, 'malformed'],
    'a time that is no number': [{ timestamp: 'now' }, 'malformed'],
    'a time in milliseconds': [{ timestamp: '1614265330000' }, 'malformed'],
    'a time with a leading zero': [{ timestamp: '01614265330' }, 'malformed'],
    'a time with a fraction': [{ timestamp: '1614265330.5' }, 'malformed'],
  };
  for (const [what, [changes, reason]] of Object.entries(BROKEN)) {
    test(`with ${what} is refused: ${reason}`, () => assert.equal(reasonOf(changes), reason));
  }

  test('is missing when any of its headers is', () => {
    for (const header of ['id', 'timestamp', 'signature'] as const) {
      const message = { ...VECTOR, body: Buffer.from(VECTOR.body), [header]: undefined };
      assert.throws(() => verifySignature(message, [VECTOR.secret], SENT_AT), {
        code: 'INVALID_SIGNATURE',
        details: { reason: 'missing' },
      });
    }
  });

  test('is good for five minutes either way, and not a second longer', () => {
    const after = (seconds: number) => reasonOf({}, SENT_AT.add({ seconds }));
    assert.deepEqual([-301, -300, 300, 301].map(after), ['too_new', 'good', 'good', 'too_old']);
  });

  test('may be one of several, and of any of the secrets', () => {
    const { id, timestamp, body, signature } = VECTOR;
    const other = signatureOf(OTHER_SECRET, `${id}.${timestamp}.${body}`);
    assert.equal(reasonOf({ signature: `${other} ${signature}` }), 'good');
    assert.equal(reasonOf({ signature: `v1a,x ${signature} ${other}` }), 'good');
    assert.equal(reasonOf({ signature: other }), 'mismatch');
    assert.equal(reasonOf({}, SENT_AT, [OTHER_SECRET, VECTOR.secret]), 'good');
    assert.equal(reasonOf({}, SENT_AT, [OTHER_SECRET]), 'mismatch');
    assert.equal(reasonOf({}, SENT_AT, []), 'mismatch');
  });
});
