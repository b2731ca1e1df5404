import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import type { PartnerCaller } from '../../../../src/core/caller.ts';
import { failure, success } from '../../../../src/core/outcome.ts';
import { encryption } from '../../../../src/core/secrets/encryption.ts';
import { invalidSignature, type Message, newSigningSecret } from '../../../../src/core/secrets/signatures.ts';
import {
  messageTaking,
  partnerAuthentication,
} from '../../../../src/modules/identity/partners/authentication.ts';
import { newKey } from '../../../../src/modules/identity/partners/keys.ts';
import type { KeyOfPartner, TakenMessage } from '../../../../src/modules/identity/partners/model.ts';
import type { PartnerRepository } from '../../../../src/modules/identity/partners/repository.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { aKeyOfPartner, aPartner, KEY, PARTNER } from '../../../support/partner-builders.ts';
import { signed } from '../../../support/partners.ts';
import { MERCHANT, NOW, STRANGER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const { text, hash } = newKey();
const secrets = encryption([{ id: 'key', key: Buffer.alloc(32) }]);
const sealed = (secret: string, id = PARTNER) => secrets.encrypt(secret, `partner ${id}`);

/** Authentication that knows one key. `taken` lists the messages that were handed on to be remembered. */
function authentication(known: KeyOfPartner | undefined, replaced: Partial<PartnerRepository> = {}) {
  const { kernel, ...seen } = fakeKernel();
  const lookups: Buffer[] = [];
  const uses: unknown[][] = [];
  const taken: TakenMessage[] = [];
  const warnings: string[] = [];
  const authentication = partnerAuthentication({
    ...kernel,
    logger: pino({ level: 'warn' }, { write: (line: string) => warnings.push(line) }),
    repository: fake<PartnerRepository>({
      queueMarkKeyUsed: (_trx, ...call) => void uses.push(call),
      ...replaced,
    }),
    findKey: async (wanted) => {
      lookups.push(wanted);
      return known;
    },
    encryption: secrets,
    messages: {
      submit: async (messages) =>
        messages.map((message) => {
          const isReplay = taken.some(({ messageId }) => messageId === message.messageId);
          taken.push(message);
          return isReplay ? failure(invalidSignature({ reason: 'replayed' })) : success(undefined);
        }),
    },
  });
  return { ...authentication, lookups, uses, taken, warnings, ...seen };
}

describe('authenticating a key', () => {
  test('names the partner, the key, its scopes, its merchants and where its ids are unique', async () => {
    const partner = aPartner({ merchantIds: [MERCHANT], externalIdScope: 'merchant' });
    const { authenticate, lookups } = authentication(aKeyOfPartner({ hash, partner }));
    const { requireSignature: _, ...caller } = await authenticate(text, 'request');
    assertEqual(caller, {
      type: 'partner',
      id: PARTNER,
      keyId: KEY,
      scopes: ['purchases:read', 'purchases:write'],
      requestId: 'request',
      merchantIds: [MERCHANT],
      externalIdScope: 'merchant',
    });
    assertEqual(lookups, [hash]);
  });

  for (const scopes of [
    ['purchases:settle'],
    ['purchases:read'],
    ['purchases:read', 'purchases:write'],
  ] as const)
    test(`adds no scope to ${scopes.join(' and ')}`, async () => {
      const { authenticate } = authentication(aKeyOfPartner({ hash, scopes }));
      assertEqual((await authenticate(text, 'request')).scopes, scopes);
    });

  test('refuses what the platform never issued, without a lookup', async () => {
    const { authenticate, lookups } = authentication(aKeyOfPartner({ hash }));
    for (const forged of [`${text}0`, ''])
      await rejectsWith(authenticate(forged, 'request'), 'INVALID_TOKEN', {});
    assertEqual(lookups, []);
  });

  for (const [title, code, known] of [
    ['that does not exist', 'INVALID_TOKEN', undefined],
    ['whose row has another hash', 'INVALID_TOKEN', aKeyOfPartner({ hash: newKey().hash })],
    ['that was revoked', 'TOKEN_REVOKED', aKeyOfPartner({ hash, revokedAt: NOW })],
    ['that has expired', 'EXPIRED_TOKEN', aKeyOfPartner({ hash, expiresAt: NOW })],
    [
      'of an inactive partner',
      'USER_INACTIVE',
      aKeyOfPartner({ hash, partner: aPartner({ active: false }) }),
    ],
  ] as const) {
    test(`refuses one ${title}, and notes no use`, async () => {
      const { authenticate, settle, uses } = authentication(known);
      await rejectsWith(authenticate(text, 'request'), code, {});
      await settle();
      assertEqual(uses, []);
    });
  }
});

describe('the last use of a key', () => {
  test('is written once a minute', async () => {
    const { authenticate, settle, uses, clock } = authentication(aKeyOfPartner({ hash }));
    const first = clock();
    for (const seconds of [0, 59, 1]) {
      clock.advance({ seconds });
      await authenticate(text, 'request');
      await authenticate(text, 'request');
      await settle();
    }
    assertEqual(uses, [
      [KEY, first],
      [KEY, clock()],
    ]);
  });

  test('that cannot be written is logged, and tried again with the next request', async () => {
    let attempts = 0;
    const { authenticate, settle, warnings } = authentication(aKeyOfPartner({ hash }), {
      queueMarkKeyUsed: () => {
        attempts += 1;
        throw new Error('the database is gone');
      },
    });
    for (let request = 0; request < 2; request += 1) {
      assert.equal((await authenticate(text, 'request')).id, PARTNER);
      await settle();
    }
    assert.equal(attempts, 2);
    assert.match(warnings[0] ?? '', /"err":.*the database is gone/);
    assert.match(warnings[0] ?? '', new RegExp(`"key_id":"${KEY}"`));
  });
});

describe('a message', () => {
  const [secret, previous, forged] = [newSigningSecret(), newSigningSecret(), newSigningSecret()];
  const body = Buffer.from('{"amount":"10.00"}');
  const signing = {
    current: sealed(secret),
    previous: sealed(previous),
    previousUntil: NOW.add({ seconds: 60 }),
  };
  const none = { current: null, previous: null, previousUntil: null };
  const unsigned: Message = { id: undefined, timestamp: undefined, signature: undefined, body };

  function signedWith(key: string, at = NOW): Message {
    const headers = signed(key, body, { at, id: 'msg_1' });
    return {
      id: headers['webhook-id'],
      timestamp: headers['webhook-timestamp'],
      signature: headers['webhook-signature'],
      body,
    };
  }

  async function callerOf(partner: Partial<KeyOfPartner['partner']>) {
    const world = authentication(aKeyOfPartner({ hash, partner: aPartner(partner) }));
    const caller: PartnerCaller = await world.authenticate(text, 'request');
    return { caller, ...world };
  }

  test('with a good signature is remembered by its id and time', async () => {
    const { caller, taken } = await callerOf({ signatureRequired: true, signing });
    await caller.requireSignature(signedWith(secret));
    const sentAt = Temporal.Instant.from('2026-03-14T09:26:53Z');
    assertEqual(taken, [{ partnerId: PARTNER, messageId: 'msg_1', sentAt }]);
  });

  test('is refused when it comes again', async () => {
    const { caller } = await callerOf({ signatureRequired: true, signing });
    await caller.requireSignature(signedWith(secret));
    await rejectsWith(caller.requireSignature(signedWith(secret)), 'INVALID_SIGNATURE', {
      reason: 'replayed',
    });
  });

  for (const [title, signatureRequired, keys, message, reason] of [
    ['without a signature where one is required', true, signing, unsigned, 'missing'],
    ['with another secret', true, signing, signedWith(forged), 'mismatch'],
    ['with another secret where none is required', false, signing, signedWith(forged), 'mismatch'],
    [
      'with a part of a signature where none is required',
      false,
      signing,
      { ...unsigned, id: 'x' },
      'missing',
    ],
    [
      'with the previous secret after its time',
      true,
      { ...signing, previousUntil: NOW },
      signedWith(previous),
      'mismatch',
    ],
    ['that is too old', true, signing, signedWith(secret, NOW.subtract({ seconds: 301 })), 'too_old'],
  ] as const) {
    test(`${title} is refused, and not remembered`, async () => {
      const { caller, taken } = await callerOf({ signatureRequired, signing: keys });
      await rejectsWith(caller.requireSignature(message), 'INVALID_SIGNATURE', { reason });
      assertEqual(taken, []);
    });
  }

  for (const [title, signatureRequired, keys, message, isRemembered] of [
    ['without a signature where none is required', false, signing, unsigned, false],
    ['with a signature that cannot be verified', false, none, signedWith(forged), false],
    ['with a good signature where none is required', false, signing, signedWith(secret), true],
    ['with the previous secret in its time', true, signing, signedWith(previous), true],
  ] as const) {
    test(`${title} is accepted${isRemembered ? ' and remembered' : ''}`, async () => {
      const { caller, taken } = await callerOf({ signatureRequired, signing: keys });
      await caller.requireSignature(message);
      assert.equal(taken.length, isRemembered ? 1 : 0);
    });
  }

  test('cannot be verified with the secret of another partner', async () => {
    const moved = { ...none, current: sealed(secret, STRANGER) };
    const { caller } = await callerOf({ signatureRequired: true, signing: moved });
    await assert.rejects(caller.requireSignature(signedWith(secret)), /unable to authenticate data/);
  });
});

describe('taking messages', () => {
  const message = (messageId: string, partnerId = PARTNER, sentAt = NOW): TakenMessage => ({
    partnerId,
    messageId,
    sentAt,
  });
  const later = NOW.add({ seconds: 1 });

  test('accepts each once, also within a list, and refuses what was stored before', async () => {
    const stored = [message('known')];
    const { kernel, transactions } = fakeKernel();
    const isEqual = (a: TakenMessage) => (b: TakenMessage) => JSON.stringify(a) === JSON.stringify(b);
    const take = messageTaking({
      database: kernel.database,
      repository: {
        insertMessages: async (_trx, messages) =>
          messages.filter(
            (one, index) => !stored.some(isEqual(one)) && messages.findIndex(isEqual(one)) === index,
          ),
      },
    });

    const outcomes = await take([
      message('known'),
      message('known', STRANGER),
      message('known', PARTNER, later),
      message('new'),
      message('new'),
    ]);

    assertEqual(
      outcomes.map(({ ok }) => ok),
      [false, true, true, true, false],
    );
    const [refused] = outcomes;
    assert.ok(refused && !refused.ok);
    assertEqual(refused, failure(invalidSignature({ reason: 'replayed' })));
    assert.equal(transactions(), 1);
  });
});

test('a purge forgets messages an hour after they were sent, some at a time', async () => {
  const purges: unknown[] = [];
  const { purgeMessages, clock } = authentication(undefined, {
    deleteMessages: async (_trx, sentBefore, limit) => {
      purges.push(sentBefore.toString(), limit);
      return 7;
    },
  });
  assert.equal(await purgeMessages(1_000), 7);
  assertEqual(purges, [clock().subtract({ hours: 1 }).toString(), 1_000]);
});
