import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccountCaller } from '../../../../src/core/caller.ts';
import { newId } from '../../../../src/core/id.ts';
import { emailProofService } from '../../../../src/modules/identity/auth/email-proofs.ts';
import type { EmailProofRepository } from '../../../../src/modules/identity/auth/email-proofs-repository.ts';
import type { EmailProof } from '../../../../src/modules/identity/auth/model.ts';
import type { Notices } from '../../../../src/modules/identity/auth/notices.ts';
import { hashToken } from '../../../../src/modules/identity/auth/tokens.ts';
import type { Profile, UserClient } from '../../../../src/modules/identity/users/index.ts';
import type { Mail } from '../../../../src/modules/platform/mail/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { constraintViolation, fake, fakeKernel } from '../../../support/fakes.ts';
import { aUser, NOW, SHOPPER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const CALLER = { type: 'user', id: SHOPPER, sessionId: newId(), requestId: 'request' } as AccountCaller;
const ADDRESS = '10.0.0.1';
const NEW_EMAIL = 'new@example.com';
const ownAddress: EmailProof = {
  userId: SHOPPER,
  email: aUser().email,
  expiresAt: NOW.add({ seconds: 1 }),
  sessionId: null,
};
const newAddress: EmailProof = { ...ownAddress, email: NEW_EMAIL, sessionId: CALLER.sessionId };

/** `steps` lists what is done, in order. */
function proofs(
  given: {
    readonly user?: Partial<Profile>;
    readonly found?: EmailProof;
    readonly taken?: EmailProof | undefined;
    readonly users?: Partial<UserClient>;
    readonly isConfigured?: boolean;
  } = {},
) {
  const { kernel, ...seen } = fakeKernel();
  const steps: unknown[][] = [];
  const mails: Mail[] = [];
  const step =
    (name: string) =>
    async (_trx: unknown, ...call: unknown[]) =>
      void steps.push([name, ...call]);
  const account = { ...aUser(given.user), passwordHash: 'hash' };
  const service = emailProofService({
    ...kernel,
    repository: fake<EmailProofRepository>({
      put: step('put'),
      find: async () => given.found,
      take: async () => ('taken' in given ? given.taken : given.found),
    }),
    sessions: {
      removeResetOf: step('remove reset'),
      revokeSessionsOf: async (_trx, ...call) => {
        steps.push(['revoke', ...call]);
        return [];
      },
    },
    tokens: { newOpaqueToken: () => 'secret' },
    users: fake<UserClient>({
      lockAccount: async () => account,
      isRegistered: async () => false,
      proveEmail: async (_trx, id) => {
        steps.push(['prove', id]);
        return account.emailVerifiedAt === null;
      },
      replaceEmail: step('replace'),
      ...given.users,
    }),
    mail: {
      isConfigured: given.isConfigured ?? true,
      queue: (_trx, list) => void mails.push(...list),
      queueDiscard: () => undefined,
    },
    notices: fake<Notices>({
      emailChanged: (_trx, { email }, newEmail) => void steps.push(['notify', email, newEmail]),
    }),
    budgets: {
      countMail: async (...call) => void steps.push(['count', ...call]),
      rememberAddress: step('remember'),
    },
    passwords: {
      requirePassword: async (_caller, ...call) => {
        steps.push(['password', ...call]);
        return 'hash';
      },
    },
    publicUrl: 'https://shop.example',
  });
  const told = () => seen.events.map(({ type, actor, resourceId }) => [type, actor, resourceId]);
  return { service, steps, mails, told, transaction: kernel.database.transaction, ...seen };
}

const link = 'https://shop.example/verify-email#token=secret';

describe('a link to prove an address', () => {
  test('is mailed to a new account, whose network address is remembered', async () => {
    const { service, steps, mails, transaction, clock } = proofs();
    const user = aUser({ locale: 'de' });
    await transaction((trx) => service.welcome(trx, user, ADDRESS));
    const expiresAt = clock().add({ hours: 24 });
    const proof = {
      userId: SHOPPER,
      email: user.email,
      sessionId: null,
      expiresAt,
      hash: hashToken('secret'),
    };
    assertEqual(steps, [
      ['remember', user.email, ADDRESS],
      ['put', proof],
    ]);
    const to = { userId: SHOPPER, email: user.email, locale: 'de' };
    assertEqual(
      mails.map((mail) => [mail.template, mail.to, mail.data]),
      [['verify-email', to, { link, expiresAt }]],
    );
  });

  for (const [title, user, isConfigured] of [
    ['an account whose address is proven', { emailVerifiedAt: NOW }, true],
    ['any account where mail is not configured', {}, false],
  ] as const) {
    test(`is not mailed to ${title}`, async () => {
      const { service, steps, mails, transaction } = proofs({ isConfigured });
      await transaction((trx) => service.welcome(trx, aUser(user), undefined));
      assertEqual([steps, mails], [[], []]);
    });
  }

  test('is mailed again on request, counted for the account', async () => {
    const { service, steps, mails } = proofs();
    await service.requestProof(CALLER, ADDRESS);
    assertEqual(steps[0], ['count', 'proof', SHOPPER, ADDRESS]);
    assertEqual(
      mails.map(({ template }) => template),
      ['verify-email'],
    );
  });

  test('is not mailed again once the address is proven', async () => {
    const { service, mails } = proofs({ user: { emailVerifiedAt: NOW } });
    await service.requestProof(CALLER, ADDRESS);
    assertEqual(mails, []);
  });

  test('is refused where mail is not configured', async () => {
    const { service } = proofs({ isConfigured: false });
    const change = { newEmail: NEW_EMAIL, password: 'x' };
    await rejectsWith(service.requestProof(CALLER, ADDRESS), 'MAIL_NOT_CONFIGURED');
    await rejectsWith(service.requestChange(CALLER, change, ADDRESS), 'MAIL_NOT_CONFIGURED');
  });
});

describe('a change of the address', () => {
  const change = { newEmail: ' New@Example.com', password: 'Str0ng!Pass' };

  test('needs the password, and mails a link to the new address, which does not count yet', async () => {
    const { service, steps, mails, told, clock } = proofs();
    await service.requestChange(CALLER, change, ADDRESS);
    const expiresAt = clock().add({ hours: 24 });
    const { sessionId } = CALLER;
    assertEqual(steps, [
      ['password', 'Str0ng!Pass', ADDRESS],
      ['count', 'proof', SHOPPER, ADDRESS],
      ['put', { userId: SHOPPER, email: NEW_EMAIL, sessionId, expiresAt, hash: hashToken('secret') }],
    ]);
    assertEqual(
      mails.map(({ to, data }) => [to.email, data]),
      [[NEW_EMAIL, { link, expiresAt }]],
    );
    assertEqual(told(), []);
  });

  test('to the present address is refused', async () => {
    const { service, mails } = proofs();
    const same = { ...change, newEmail: 'SHOPPER@example.com' };
    await rejectsWith(service.requestChange(CALLER, same, ADDRESS), 'VALIDATION_ERROR');
    assertEqual(mails, []);
  });

  test('to the address of another account is refused', async () => {
    const { service, mails } = proofs({ users: { isRegistered: async (_db, email) => email === NEW_EMAIL } });
    await rejectsWith(service.requestChange(CALLER, change, ADDRESS), 'EMAIL_ALREADY_REGISTERED');
    assertEqual(mails, []);
  });
});

describe('the token of a mailed link', () => {
  const actor = { type: 'user', id: SHOPPER, requestId: 'request' };

  test('proves the address of the account', async () => {
    const { service, steps, told } = proofs({ found: ownAddress });
    assert.equal(await service.prove('token', 'request'), ownAddress.email);
    assertEqual(steps, [['prove', SHOPPER]]);
    assertEqual(told(), [['user.verified', actor, SHOPPER]]);
  });

  test('of a proven address records nothing', async () => {
    const { service, told } = proofs({ found: ownAddress, user: { emailVerifiedAt: NOW } });
    await service.prove('token', 'request');
    assertEqual(told(), []);
  });

  test('of a new address replaces it: other sessions and a reset token end, the previous one hears of it', async () => {
    const { service, steps, told, clock } = proofs({ found: newAddress });
    assert.equal(await service.prove('token', 'request'), NEW_EMAIL);
    assertEqual(steps, [
      ['replace', SHOPPER, NEW_EMAIL],
      ['remove reset', SHOPPER],
      ['revoke', SHOPPER, clock(), CALLER.sessionId],
      ['notify', ownAddress.email, NEW_EMAIL],
    ]);
    assertEqual(told(), [['user.email_changed', actor, SHOPPER]]);
  });

  test('of a new address that another account has taken meanwhile is refused', async () => {
    const replaceEmail = async () => Promise.reject(constraintViolation('users_email_key'));
    const { service, told } = proofs({ found: newAddress, users: { replaceEmail } });
    await rejectsWith(service.prove('token', 'request'), 'EMAIL_ALREADY_REGISTERED', { email: NEW_EMAIL });
    assertEqual(told(), []);
  });

  for (const [title, code, given] of [
    ['that is unknown', 'INVALID_VERIFICATION_TOKEN', {}],
    ['that expires now', 'INVALID_VERIFICATION_TOKEN', { found: { ...ownAddress, expiresAt: NOW } }],
    ['that was used meanwhile', 'INVALID_VERIFICATION_TOKEN', { found: ownAddress, taken: undefined }],
    ['of an inactive account', 'USER_INACTIVE', { found: ownAddress, user: { active: false } }],
  ] as const) {
    test(`${title} is refused`, async () => {
      const { service, steps } = proofs(given);
      await rejectsWith(service.prove('token', 'request'), code);
      assertEqual(steps, []);
    });
  }
});
