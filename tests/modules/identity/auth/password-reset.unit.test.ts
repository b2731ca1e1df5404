import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { PasswordReset } from '../../../../src/modules/identity/auth/model.ts';
import type { Notices } from '../../../../src/modules/identity/auth/notices.ts';
import { passwordResetService } from '../../../../src/modules/identity/auth/password-reset.ts';
import type { AuthRepository } from '../../../../src/modules/identity/auth/repository.ts';
import { hashToken, tokenIssuer } from '../../../../src/modules/identity/auth/tokens.ts';
import {
  type Profile,
  passwordNotComplexEnough,
  type UserClient,
} from '../../../../src/modules/identity/users/index.ts';
import type { Mail } from '../../../../src/modules/platform/mail/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { adminActor, aUser, NOW, SHOPPER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const CLIENT = { userAgent: 'curl/8', network: '10.0.0.0' };
const FROM = { address: '10.0.0.1', client: CLIENT, requestId: 'request' };
const ADMIN = adminActor(newId());
const TTL_SECONDS = 3_600;
const PAIR = {
  accessToken: 'access',
  accessTtlSeconds: 900,
  refreshToken: 'refresh',
  refreshTtlSeconds: 3600,
};
const open: PasswordReset = { userId: SHOPPER, expiresAt: NOW.add({ seconds: 1 }), isFromServer: false };
const withPassword = (user: Profile) => ({ ...user, passwordHash: 'old hash' });

/** `steps` lists what is done, in order. */
function resets(repository: Partial<AuthRepository>, users: Partial<UserClient> = {}) {
  const { kernel, ...seen } = fakeKernel();
  const steps: unknown[][] = [];
  const service = passwordResetService({
    ...kernel,
    tokens: tokenIssuer({
      clock: seen.clock,
      keys: [{ id: 'key', secret: 'secret' }],
      encryptionKeys: [],
      accessTtlSeconds: 900,
    }),
    resetTtlSeconds: TTL_SECONDS,
    publicUrl: 'https://shop.example',
    mail: {
      isConfigured: true,
      queue: (_trx, mails) => void steps.push(['mail', mails]),
      queueDiscard: () => {},
    },
    notices: fake<Notices>({ passwordChanged: async (_trx, id) => void steps.push(['notify', id]) }),
    proofs: { removeOf: async (_trx, id) => void steps.push(['remove proof', id]) },
    budgets: { rememberAddress: async (_trx, ...call) => void steps.push(['remember', ...call]) },
    repository: fake<AuthRepository>({
      putReset: async (_trx, reset) => void steps.push(['put', reset]),
      revokeSessionsOf: async (_trx, ...call) => {
        steps.push(['revoke', ...call]);
        return [];
      },
      ...repository,
    }),
    users: fake<UserClient>({
      findUser: async () => aUser(),
      lockUsersForShare: async () => new Map([[SHOPPER, aUser()]]),
      lockAccount: async () => withPassword(aUser()),
      hashNewPassword: async (...call) => {
        steps.push(['hash', ...call]);
        return 'new hash';
      },
      setPasswordHash: async (_trx, ...call) => {
        steps.push(['set', ...call]);
        return true;
      },
      ...users,
    }),
    sessions: {
      admit: async (_trx, user, passwordHash, opening) => {
        steps.push(['admit', user.id, passwordHash, opening]);
        return PAIR;
      },
    },
  });
  const told = () => seen.events.map(({ type, resourceId, actor }) => [type, resourceId, actor]);
  return { service, steps, told, transaction: kernel.database.transaction, ...seen };
}

describe('issuing a reset token', () => {
  test('stores its hash until it expires, and records it without the token', async () => {
    const { service, steps, told, events, clock } = resets({});

    const { token, expiresAt } = await service.issueResetToken(SHOPPER, ADMIN);

    assert.equal(Buffer.from(token, 'base64url').length, 32);
    assertEqual(expiresAt, clock().add({ seconds: TTL_SECONDS }));
    assertEqual(steps, [
      ['put', { hash: hashToken(token), userId: SHOPPER, expiresAt, isFromServer: false }],
    ]);
    assertEqual(told(), [['user.password_reset_issued', SHOPPER, ADMIN]]);
    assert.doesNotMatch(JSON.stringify(events), new RegExp(token));
  });

  test('refuses a user who does not exist', async () => {
    const { service, steps, told } = resets({}, { lockUsersForShare: async () => new Map() });
    await rejectsWith(service.issueResetToken(SHOPPER, ADMIN), 'NOT_FOUND', {
      resource_type: 'user',
      resource_id: SHOPPER,
    });
    assertEqual([steps, told()], [[], []]);
  });
});

describe('issuing a reset token for staff', () => {
  const admin = aUser({ role: 'admin', staffRoles: ['support'] });
  const staff: Partial<UserClient> = { lockUsersForShare: async () => new Map([[SHOPPER, admin]]) };

  test('is refused to administrators', async () => {
    const { service, steps, told } = resets({}, staff);
    await rejectsWith(service.issueResetToken(SHOPPER, ADMIN), 'FORBIDDEN', { reason: 'staff' });
    assertEqual([steps, told()], [[], []]);
  });

  test('is possible on the server', async () => {
    const { service, steps, told } = resets({}, staff);
    const { token, expiresAt } = await service.issueResetTokenOnServer(SHOPPER);
    assertEqual(steps, [['put', { hash: hashToken(token), userId: SHOPPER, expiresAt, isFromServer: true }]]);
    const system = { type: 'system', id: null, requestId: null };
    assertEqual(told(), [['user.password_reset_issued', SHOPPER, system]]);
  });

  test('is possible on the server alone, also if the user became staff afterwards', async () => {
    const { service, steps } = resets({ findReset: async () => open }, { findUser: async () => admin });
    await rejectsWith(service.resetPassword('token', 'An0ther!Pass', FROM), 'INVALID_RESET_TOKEN', {});
    assertEqual(steps, []);
    const fromServer = { ...open, isFromServer: true };
    const allowed = resets(
      { findReset: async () => fromServer, takeReset: async () => fromServer },
      { findUser: async () => admin, lockAccount: async () => withPassword(admin) },
    );
    assert.equal(await allowed.service.resetPassword('token', 'An0ther!Pass', FROM), PAIR);
  });
});

describe('mailing reset tokens', () => {
  const shopper = aUser({ locale: 'de' });
  const staff = aUser({ id: newId(), email: 'staff@example.com', role: 'admin' });
  const inactive = aUser({ id: newId(), email: 'inactive@example.com', active: false });
  const found = [shopper, staff, inactive];
  const emails = found.map(({ email }) => email);
  const mailing = (locked: readonly Profile[]) =>
    resets(
      {},
      {
        findByEmails: async () => found,
        lockUsersForShare: async () => new Map(locked.map((user) => [user.id, user])),
      },
    );

  test('mails a link with the token to an active shopper alone', async () => {
    const { service, steps, told, transaction, clock } = mailing(found);
    await transaction((trx) => service.mailTokens(trx, emails));

    const expiresAt = clock().add({ seconds: TTL_SECONDS });
    const [[, stored] = [], [, mails] = []] = steps as [string, unknown][];
    const [mail] = mails as Mail[];
    assert.ok(mail?.template === 'reset-password');
    const [link, token = ''] = mail.data.link.split('#token=');
    assert.equal(link, 'https://shop.example/reset-password');
    assertEqual(stored, { hash: hashToken(token), userId: SHOPPER, expiresAt, isFromServer: false });
    assertEqual(
      [mail.to, mail.data.expiresAt],
      [{ userId: SHOPPER, email: shopper.email, locale: 'de' }, expiresAt],
    );
    assert.equal(steps.length, 2);
    const system = { type: 'system', id: null, requestId: null };
    assertEqual(told(), [['user.password_reset_issued', SHOPPER, system]]);
  });

  for (const [title, locked] of [
    ['was deactivated', aUser({ active: false })],
    ['has got another address', aUser({ email: 'other@example.com' })],
  ] as const) {
    test(`mails nothing to a user who ${title} meanwhile`, async () => {
      const { service, steps, transaction } = mailing([locked]);
      await transaction((trx) => service.mailTokens(trx, emails));
      assertEqual(steps, []);
    });
  }
});

describe('resetting a password', () => {
  test('takes the token, sets the hash, ends all sessions and opens one', async () => {
    const hashes: Buffer[] = [];
    const { service, steps, told, clock } = resets({
      findReset: async (_db, hash) => {
        hashes.push(hash);
        return open;
      },
      takeReset: async (_trx, hash) => {
        hashes.push(hash);
        return open;
      },
    });

    assert.equal(await service.resetPassword('token', 'An0ther!Pass', FROM), PAIR);

    assertEqual(hashes, [hashToken('token'), hashToken('token')]);
    assertEqual(steps, [
      ['hash', 'An0ther!Pass', { field: 'new_password', address: FROM.address }],
      ['set', SHOPPER, 'new hash'],
      ['remove proof', SHOPPER],
      ['revoke', SHOPPER, clock()],
      ['notify', SHOPPER],
      ['remember', 'shopper@example.com', FROM.address],
      ['admit', SHOPPER, 'new hash', { client: CLIENT, app: null, isNewDevice: false, requestId: 'request' }],
    ]);
    const actor = { type: 'user', id: SHOPPER, requestId: 'request' };
    assertEqual(told(), [
      ['user.password_reset', SHOPPER, actor],
      ['user.verified', SHOPPER, actor],
    ]);
  });

  for (const [title, code, found, user] of [
    ['an unknown token', 'INVALID_RESET_TOKEN', undefined, aUser()],
    ['a token that expires now', 'INVALID_RESET_TOKEN', { ...open, expiresAt: NOW }, aUser()],
    ['a token of a user who is gone', 'INVALID_RESET_TOKEN', open, undefined],
    ['a token of an inactive user', 'USER_INACTIVE', open, aUser({ active: false })],
  ] as const) {
    test(`refuses ${title} before it costs a hash`, async () => {
      const { service, steps, transactions } = resets(
        { findReset: async () => found },
        { findUser: async () => user },
      );
      await rejectsWith(service.resetPassword('token', 'An0ther!Pass', FROM), code, {});
      assertEqual(steps, []);
      assert.equal(transactions(), 0);
    });
  }

  test('refuses a weak password, and leaves the token', async () => {
    const { service, transactions } = resets(
      { findReset: async () => open },
      { hashNewPassword: () => Promise.reject(passwordNotComplexEnough({ violations: [] })) },
    );
    await rejectsWith(service.resetPassword('token', 'weak', FROM), 'PASSWORD_NOT_COMPLEX_ENOUGH');
    assert.equal(transactions(), 0);
  });

  test('refuses when the token was used meanwhile', async () => {
    const { service, steps, told } = resets({
      findReset: async () => open,
      takeReset: async () => undefined,
    });
    await rejectsWith(service.resetPassword('token', 'An0ther!Pass', FROM), 'INVALID_RESET_TOKEN');
    assertEqual([steps.length, told()], [1, []]);
  });

  test('refuses a user who was deactivated meanwhile', async () => {
    const { service, told } = resets(
      { findReset: async () => open, takeReset: async () => open },
      { lockAccount: async () => withPassword(aUser({ active: false })) },
    );
    await rejectsWith(service.resetPassword('token', 'An0ther!Pass', FROM), 'USER_INACTIVE');
    assertEqual(told(), []);
  });
});
