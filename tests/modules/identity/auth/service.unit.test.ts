import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccountCaller } from '../../../../src/core/caller.ts';
import { newId } from '../../../../src/core/id.ts';
import { invalidMfaCode } from '../../../../src/modules/identity/auth/errors.ts';
import type { FactorService } from '../../../../src/modules/identity/auth/factors.ts';
import type { LoginBudgets } from '../../../../src/modules/identity/auth/login-budgets.ts';
import type { App, RefreshToken, Session, TokenPair } from '../../../../src/modules/identity/auth/model.ts';
import type { Notices } from '../../../../src/modules/identity/auth/notices.ts';
import type { AuthRepository } from '../../../../src/modules/identity/auth/repository.ts';
import { authService } from '../../../../src/modules/identity/auth/service.ts';
import { hashToken, passwordStateOf, tokenIssuer } from '../../../../src/modules/identity/auth/tokens.ts';
import type { User, UserClient } from '../../../../src/modules/identity/users/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { aUser, NOW, SHOPPER, STRANGER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const SESSION = newId();
const CLIENT = { userAgent: 'curl/8', network: '10.0.0.0' };
const ORIGIN = { address: '10.0.0.1', client: CLIENT, app: null };
const OPENING = { client: CLIENT, app: null, requestId: 'request' };
const SESSION_MAX_DAYS = 2;
const DEVICE = 'a browser at home';
const REFRESH_TTL_SECONDS = 3_600;
const aSession: Session = {
  id: SESSION,
  userId: SHOPPER,
  createdAt: NOW,
  revokedAt: null,
  app: null,
  factorProvenAt: null,
  passwordProvenAt: NOW,
};
const user = aUser();
const inactive = aUser({ active: false });
const account = { ...user, passwordHash: 'hash' };

function auth(
  replaced: Partial<AuthRepository>,
  users: Partial<UserClient> = {},
  factors: Partial<FactorService> = { isEnrolled: async () => false },
  isFactorRequiredOfAdmins = false,
) {
  const { kernel, ...seen } = fakeKernel();
  const tokens = tokenIssuer({
    clock: seen.clock,
    keys: [{ id: 'key', secret: 'a secret of 32 characters and more' }],
    encryptionKeys: [{ id: 'k', key: Buffer.alloc(32, 1) }],
    accessTtlSeconds: 900,
  });
  const stored: unknown[][] = [];
  const budget: unknown[][] = [];
  const service = authService({
    ...kernel,
    tokens,
    refreshTtlSeconds: REFRESH_TTL_SECONDS,
    sessionMaxDays: SESSION_MAX_DAYS,
    budgets: fake<LoginBudgets>({
      beginLogin: async (...call) => {
        budget.push(['begun', ...call]);
        return { counted: [] };
      },
      checking: (_attempt, check) => check(),
      succeed: async () => void budget.push(['succeeded']),
    }),
    factors: fake<FactorService>(factors),
    notices: fake<Notices>({ newDevice: async (_trx, ...call) => void stored.push(['notified', ...call]) }),
    isFactorRequiredOfAdmins,
    users: fake<UserClient>(users),
    repository: fake<AuthRepository>({
      insertSession: async (_trx, ...call) => void stored.push(['session', ...call]),
      insertToken: async (_trx, ...call) => void stored.push(['token', ...call]),
      markRotated: async (_trx, ...call) => void stored.push(['rotated', ...call]),
      revokeSession: async (_trx, ...call) => {
        stored.push(['revoked', ...call]);
        return true;
      },
      ...replaced,
    }),
  });
  const told = () =>
    seen.events.map(({ type, actor, resourceType, resourceId, outcome, details }) => [
      type,
      actor,
      `${resourceType} ${resourceId}`,
      outcome,
      details,
    ]);
  return { service, tokens, stored, budget, told, ...seen };
}

describe('logging in', () => {
  const matching: Partial<UserClient> = {
    checkCredentials: async () => ({ matches: true, account }),
    lockUnchanged: async () => user,
  };

  test('opens a session with a pair of tokens, and records it as an act of the user', async () => {
    const admin = aUser({ role: 'admin' });
    const { service, tokens, stored, budget, told, clock } = auth(
      {},
      { ...matching, lockUnchanged: async () => admin },
    );

    const pair = await service.login(
      { email: 'shopper@example.com', password: 'Str0ng!Pass' },
      ORIGIN,
      'request',
    );

    const { userId, sessionId } = tokens.verifyAccessToken(pair.accessToken);
    assert.equal(userId, SHOPPER);
    const now = clock();
    const expiresAt = now.add({ seconds: REFRESH_TTL_SECONDS });
    assertEqual(stored, [
      [
        'session',
        {
          id: sessionId,
          userId: SHOPPER,
          createdAt: now,
          app: null,
          factorProvenAt: null,
          passwordProvenAt: now,
          ...CLIENT,
        },
      ],
      ['token', { hash: hashToken(pair.refreshToken), sessionId, expiresAt }, now],
    ]);
    const actor = { type: 'admin', id: SHOPPER, requestId: 'request' };
    assertEqual(told(), [['session.opened', actor, `session ${sessionId}`, 'success', {}]]);
    assertEqual(budget, [['begun', 'shopper@example.com', { address: ORIGIN.address }], ['succeeded']]);
  });

  for (const [title, code, users, isRight, app = null] of [
    [
      'a wrong password',
      'INVALID_CREDENTIALS',
      { checkCredentials: async () => ({ matches: false as const, account }) },
      false,
    ],
    [
      'a password that was changed meanwhile',
      'INVALID_CREDENTIALS',
      { lockUnchanged: async () => undefined },
      false,
    ],
    ['an account that is not active', 'USER_INACTIVE', { lockUnchanged: async () => inactive }, true],
    ['a shopper at the console', 'STAFF_ONLY', {}, true, 'console'],
  ] as readonly [string, string, Partial<UserClient>, boolean, App?][]) {
    test(`refuses ${title}, and records the refusal of the account`, async () => {
      const { service, stored, budget, told } = auth({}, { ...matching, ...users });
      await rejectsWith(
        service.login(
          { email: 'shopper@example.com', password: 'Wr0ng!Pass' },
          { ...ORIGIN, app },
          'request',
        ),
        code,
        {},
      );
      assertEqual(stored, []);
      const actor = { type: 'user', id: null, requestId: 'request' };
      assertEqual(told(), [['login.refused', actor, `user ${SHOPPER}`, 'failure', { code }]]);
      assertEqual(budget.slice(1), isRight ? [['succeeded']] : []);
    });
  }

  test('refuses an unknown address in the same words, and records it without a user', async () => {
    const { service, told } = auth(
      {},
      { checkCredentials: async () => ({ matches: false, account: undefined }) },
    );
    await rejectsWith(
      service.login({ email: 'nobody@example.com', password: 'x' }, ORIGIN, 'request'),
      'INVALID_CREDENTIALS',
      {},
    );
    const [[type, actor, resource, outcome, details] = []] = told();
    assertEqual(
      [type, actor, outcome, details],
      [
        'login.refused',
        { type: 'user', id: null, requestId: 'request' },
        'failure',
        { code: 'INVALID_CREDENTIALS' },
      ],
    );
    assert.match(String(resource), /^login [0-9a-f-]{36}$/);
  });
});

describe('logging in with a second factor', () => {
  const enrolled: Partial<FactorService> = { isEnrolled: async () => true };

  test('opens no session, and returns a token for the second step', async () => {
    const { service, tokens, stored, told } = auth(
      {},
      { checkCredentials: async () => ({ matches: true, account }), lockUnchanged: async () => user },
      enrolled,
    );
    const refusal = await service
      .login({ email: 'shopper@example.com', password: 'Str0ng!Pass' }, ORIGIN, 'request')
      .catch((error) => error);
    assert.equal(refusal.code, 'MFA_REQUIRED');
    const claims = { userId: SHOPPER, passwordState: passwordStateOf('hash'), isNewDevice: false };
    assertEqual(tokens.verifyMfaToken(refusal.details.mfa_token), claims);
    assertEqual([stored, told()], [[], []]);
  });

  /** The second step, for this account, with this result of the proof. */
  function verifying(
    found: typeof account | undefined,
    refusal?: ReturnType<typeof invalidMfaCode>,
    app: App | null = null,
  ) {
    const proofs: unknown[] = [];
    const prove: FactorService['prove'] = async (_trx, ...call) => {
      proofs.push(call);
      return refusal;
    };
    const world = auth({}, { lockAccount: async () => found }, { prove });
    const claims = { userId: SHOPPER, passwordState: passwordStateOf('hash'), isNewDevice: true };
    const token = world.tokens.signMfaToken(claims);
    return {
      ...world,
      proofs,
      verify: () => world.service.verifyLogin(token, { code: '123456' }, { ...OPENING, app }),
    };
  }

  test('opens a session that has proved the factor now', async () => {
    const { verify, proofs, stored, clock } = verifying(account);
    await verify();
    const actors = {
      onRefusal: { type: 'user', id: null, requestId: 'request' },
      onSuccess: { type: 'user', id: SHOPPER, requestId: 'request' },
    };
    assertEqual(proofs, [[SHOPPER, { code: '123456' }, actors]]);
    const [[, session] = [], notified] = stored;
    assertEqual((session as Session).factorProvenAt, clock());
    assertEqual(notified, ['notified', SHOPPER, CLIENT]);
  });

  for (const [title, code, world] of [
    ['a refused code', 'INVALID_MFA_CODE', verifying(account, invalidMfaCode())],
    ['an account that is gone', 'INVALID_MFA_TOKEN', verifying(undefined)],
    ['another password', 'INVALID_MFA_TOKEN', verifying({ ...account, passwordHash: 'other' })],
    ['an inactive account', 'USER_INACTIVE', verifying({ ...account, active: false })],
    ['a shopper at the console', 'STAFF_ONLY', verifying(account, undefined, 'console')],
  ] as const) {
    test(`refuses ${title}, and opens nothing`, async () => {
      await rejectsWith(world.verify(), code, {});
      assertEqual(world.stored, []);
    });
  }
});

describe('refreshing a session', () => {
  const TOKEN = 'a refresh token';
  const session = aSession;

  /** Refreshes with TOKEN, which is stored with these fields; `usedAgo_s` is when it was exchanged. */
  function refreshing(
    fields: { usedAgo_s?: number; session?: Session; expiresIn_s?: number; isSuccessorUsed?: boolean } = {},
    found: User | null = user,
  ) {
    const { usedAgo_s, expiresIn_s = 60, isSuccessorUsed = false } = fields;
    const world = auth(
      {
        lockToken: async (_trx, hash) => {
          const now = world.clock();
          const aToken = (rotatedAt: Temporal.Instant | null): RefreshToken => ({
            hash,
            session: fields.session ?? session,
            expiresAt: now.add({ seconds: expiresIn_s }),
            rotatedAt,
          });
          if (hash.equals(hashToken(TOKEN)))
            return aToken(usedAgo_s === undefined ? null : now.subtract({ seconds: usedAgo_s }));
          if (hash.equals(hashToken(world.tokens.successorsOf(TOKEN, DEVICE)[0] ?? '')))
            return aToken(isSuccessorUsed ? now : null);
          return undefined;
        },
      },
      { findUser: async () => found ?? undefined },
    );
    return {
      ...world,
      refresh: (token = TOKEN, device = DEVICE, app: App | null = null) =>
        world.service.refresh(token, { app, device }, 'request'),
    };
  }

  const isOfSession = (
    { accessToken, refreshToken }: TokenPair,
    { tokens }: ReturnType<typeof refreshing>,
  ) => {
    assertEqual(tokens.verifyAccessToken(accessToken), { userId: SHOPPER, sessionId: SESSION });
    assert.equal(refreshToken, tokens.successorsOf(TOKEN, DEVICE)[0]);
  };

  test('exchanges a token for its successor in the same session', async () => {
    const world = refreshing();
    const pair = await world.refresh();
    isOfSession(pair, world);
    const now = world.clock();
    const expiresAt = now.add({ seconds: REFRESH_TTL_SECONDS });
    assertEqual(world.stored, [
      ['rotated', hashToken(TOKEN), now],
      ['token', { hash: hashToken(pair.refreshToken), sessionId: SESSION, expiresAt }, now],
    ]);
    assertEqual(world.events, []);
  });

  test('answers a quick repeat with the same successor, and stores nothing', async () => {
    const world = refreshing({ usedAgo_s: 10 });
    isOfSession(await world.refresh(), world);
    assertEqual(world.stored, []);
  });

  for (const [title, fields] of [
    ['a token that was used longer ago', { usedAgo_s: 11 }],
    ['a token whose successor was used', { usedAgo_s: 1, isSuccessorUsed: true }],
  ] as const) {
    test(`refuses ${title}, and ends its session`, async () => {
      const { refresh, stored, told, clock } = refreshing(fields);
      await rejectsWith(refresh(), 'TOKEN_REVOKED');
      assertEqual(stored, [['revoked', SESSION, clock()]]);
      const actor = { type: 'user', id: SHOPPER, requestId: 'request' };
      assertEqual(told(), [['session.reused', actor, `session ${SESSION}`, 'failure', {}]]);
    });
  }

  const ended: Session = { ...session, revokedAt: Temporal.Instant.from('2026-03-14T09:00:00Z') };
  for (const [title, code, world] of [
    ['a token of an ended session', 'TOKEN_REVOKED', refreshing({ session: ended })],
    ['an expired token', 'EXPIRED_REFRESH_TOKEN', refreshing({ expiresIn_s: 0 })],
    ['a token of an inactive user', 'USER_INACTIVE', refreshing({}, inactive)],
  ] as const) {
    test(`refuses ${title}, and changes nothing`, async () => {
      await rejectsWith(world.refresh(), code);
      assertEqual([world.stored, world.events], [[], []]);
    });
  }

  test('refuses a quick repeat of another device, and ends the session', async () => {
    const { refresh, stored, clock } = refreshing({ usedAgo_s: 1 });
    await rejectsWith(refresh(TOKEN, 'another browser'), 'TOKEN_REVOKED');
    assertEqual(stored, [['revoked', SESSION, clock()]]);
  });

  for (const [app, hours] of [
    ['console', 12],
    ['wallet', 24 * SESSION_MAX_DAYS],
  ] as const) {
    test(`ends a session of the ${app} ${hours} hours after its login`, async () => {
      const world = refreshing({ session: { ...session, app } }, aUser({ role: 'admin' }));
      world.clock.advance({ seconds: hours * 3600 - 60 });
      const { accessToken, accessTtlSeconds, refreshTtlSeconds } = await world.refresh(TOKEN, DEVICE, app);
      assertEqual([accessTtlSeconds, refreshTtlSeconds], [60, 60]);
      world.clock.advance({ seconds: 60 });
      assert.throws(() => world.tokens.verifyAccessToken(accessToken), { code: 'EXPIRED_TOKEN' });
      await rejectsWith(world.refresh(TOKEN, DEVICE, app), 'EXPIRED_REFRESH_TOKEN');
    });
  }

  for (const [of, sender] of [
    [null, 'wallet'],
    ['wallet', null],
    ['wallet', 'console'],
    ['console', 'wallet'],
  ] as const) {
    test(`refuses a token of ${of ?? 'a program'} from ${sender ?? 'a program'}, and changes nothing`, async () => {
      const world = refreshing({ session: { ...session, app: of } }, aUser({ role: 'admin' }));
      await rejectsWith(world.refresh(TOKEN, DEVICE, sender), 'INVALID_REFRESH_TOKEN');
      assertEqual([world.stored, world.events], [[], []]);
    });
  }

  test('refuses a token of the console once its user has no staff role', async () => {
    const world = refreshing({ session: { ...session, app: 'console' } });
    await rejectsWith(world.refresh(TOKEN, DEVICE, 'console'), 'STAFF_ONLY');
    assertEqual(world.stored, []);
  });

  test('gives no token beyond the end of the session', async () => {
    const world = refreshing();
    const end = NOW.add({ hours: 24 * SESSION_MAX_DAYS });
    world.clock.advance({ seconds: 24 * 3600 * SESSION_MAX_DAYS - 60 });
    const { accessToken, refreshToken } = await world.refresh();
    const [, [, stored] = []] = world.stored;
    assertEqual(stored, { hash: hashToken(refreshToken), sessionId: SESSION, expiresAt: end });
    world.clock.advance({ seconds: 60 });
    assert.throws(() => world.tokens.verifyAccessToken(accessToken), { code: 'EXPIRED_TOKEN' });
  });

  test('refuses a token that outlived its session, such as one from before a shorter setting', async () => {
    const world = refreshing();
    world.clock.advance({ hours: 24 * SESSION_MAX_DAYS });
    await rejectsWith(world.refresh(), 'EXPIRED_REFRESH_TOKEN');
    assertEqual(world.stored, []);
  });

  test('refuses an unknown token, and one whose user is gone', async () => {
    await rejectsWith(refreshing().refresh('another token'), 'INVALID_REFRESH_TOKEN');
    await rejectsWith(refreshing({}, null).refresh(), 'INVALID_REFRESH_TOKEN');
  });
});

test('logging out ends the session of the caller, and records it', async () => {
  const { service, stored, told, clock } = auth({});
  const caller: AccountCaller = {
    type: 'user',
    id: SHOPPER,
    permissions: [],
    sessionId: SESSION,
    mustEnrol: false,
    dueProof: null,
    requestId: 'request',
  };
  await service.logout(caller);
  assertEqual(stored, [['revoked', SESSION, clock()]]);
  assertEqual(told(), [['session.ended', caller, `session ${SESSION}`, 'success', {}]]);
});

describe('logging out with a refresh token', () => {
  const session = aSession;
  const holding = (found: Session | undefined, expiresAt = NOW) =>
    auth(
      {
        lockToken: async (_trx, hash) =>
          found && hash.equals(hashToken('token'))
            ? { hash, session: found, expiresAt, rotatedAt: null }
            : undefined,
      },
      { findUser: async () => aUser({ role: 'admin' }) },
    );

  test('ends its session, and records it as an act of the user', async () => {
    const { service, stored, told, clock } = holding(session);
    await service.logoutByToken('token', null, 'request');
    assertEqual(stored, [['revoked', SESSION, clock()]]);
    const actor = { type: 'admin', id: SHOPPER, requestId: 'request' };
    assertEqual(told(), [['session.ended', actor, `session ${SESSION}`, 'success', {}]]);
  });

  for (const [title, world] of [
    ['an unknown token', holding(undefined)],
    ['a token of an ended session', holding({ ...session, revokedAt: NOW })],
    ['a token of an app in a body', holding({ ...session, app: 'wallet' })],
  ] as const) {
    test(`does nothing with ${title}`, async () => {
      await world.service.logoutByToken('token', null, 'request');
      assertEqual([world.stored, world.events], [[], []]);
    });
  }
});

describe('authenticating', () => {
  const session = aSession;
  const revoked: Session = { ...session, revokedAt: Temporal.Instant.from('2026-03-14T09:00:00Z') };

  function holding(found: { readonly session?: Session; readonly user?: User }, isFactorRequired = false) {
    const world = auth(
      { findSessions: async () => (found.session ? [found.session] : []) },
      { findUsers: async () => new Map(found.user ? [[found.user.id, found.user]] : []) },
      {},
      isFactorRequired,
    );
    const token = world.tokens.signAccessToken({ userId: SHOPPER, sessionId: SESSION }, 'user');
    return { ...world, token };
  }

  test('names the caller with the role and the permissions that the account has now', async () => {
    const { service, token } = holding({ session, user: aUser({ role: 'admin', staffRoles: ['support'] }) });
    assertEqual(await service.authenticate(token, 'request'), {
      type: 'admin',
      id: SHOPPER,
      permissions: ['users:send-password-link', 'wallets:credit'],
      sessionId: SESSION,
      mustEnrol: false,
      dueProof: null,
      requestId: 'request',
    });
  });

  for (const [title, found, code] of [
    ['without a session', { user }, 'INVALID_TOKEN'],
    ['without an account', { session }, 'INVALID_TOKEN'],
    ['of the session of another user', { session: { ...session, userId: STRANGER }, user }, 'INVALID_TOKEN'],
    ['of an inactive account', { session, user: inactive }, 'USER_INACTIVE'],
    ['of an ended session', { session: revoked, user }, 'TOKEN_REVOKED'],
    ['of an inactive account, whose sessions ended', { session: revoked, user: inactive }, 'USER_INACTIVE'],
  ] as const) {
    test(`refuses a token ${title}: ${code}`, async () => {
      const { service, token } = holding(found);
      await rejectsWith(service.authenticate(token, 'request'), code, {});
    });
  }

  for (const [title, role, proven, isRequired, expected] of [
    ['an administrator without a factor', 'admin', false, true, [true, null]],
    ['an administrator without a factor where it is optional', 'admin', false, false, [false, null]],
    ['an administrator with one', 'admin', true, true, [false, null]],
    ['a shopper', 'user', false, true, [false, null]],
  ] as const) {
    test(`says what ${title} must do first`, async () => {
      const factorProvenAt = proven ? Temporal.Instant.from('2026-03-14T09:26:00Z') : null;
      const found = { session: { ...session, factorProvenAt }, user: aUser({ role }) };
      const { service, token, clock } = holding(found, isRequired);
      const asked = async () => {
        const { mustEnrol, dueProof } = await service.authenticate(token, 'request');
        return [mustEnrol, dueProof];
      };
      assertEqual(await asked(), expected);
      clock.advance({ minutes: 5 });
      assertEqual(await asked(), [expected[0], proven ? 'second_factor' : null]);
    });
  }

  test('refuses an expired or forged token without a lookup', async () => {
    const { service, tokens, clock } = auth({});
    const token = tokens.signAccessToken({ userId: SHOPPER, sessionId: SESSION }, 'user');
    clock.advance({ seconds: 900 });
    await rejectsWith(service.authenticate(token, 'request'), 'EXPIRED_TOKEN');
    await rejectsWith(service.authenticate(`${token}x`, 'request'), 'INVALID_TOKEN');
  });
});

test('a purge deletes tokens a week after they expired, and each emptied session once', async () => {
  const [first, second] = [newId(), newId()];
  const asked: unknown[] = [];
  const { service, clock } = auth({
    deleteTokens: async (_trx, expiredBefore, limit) => {
      asked.push(expiredBefore.toString(), limit);
      return [first, second, first];
    },
    queueDeleteEmptySessions: (_trx, ids) => void asked.push(ids),
  });
  assert.equal(await service.purgeExpiredTokens(1_000), 3);
  const weekAgo = clock().subtract({ hours: 7 * 24 });
  assertEqual(asked, [weekAgo.toString(), 1_000, [first, second]]);
});
