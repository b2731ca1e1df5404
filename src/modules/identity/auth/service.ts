import { type AccountCaller, invalidToken, tokenRevoked, userInactive } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import type { DomainError } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import { permissionsOf, type User, type UserClient } from '../users/index.ts';
import { invalidCredentials, invalidMfaToken, invalidRefreshToken, mfaRequired } from './errors.ts';
import { loginRefused, sessionEnded, sessionOpened, sessionReused } from './events.ts';
import type { FactorService } from './factors.ts';
import { identityFinder } from './identities.ts';
import type { LoginBudgets, Origin } from './login-budgets.ts';
import type { App, Client, FactorProof, RefreshToken, Session, TokenPair } from './model.ts';
import type { Notices } from './notices.ts';
import {
  admissionRefusal,
  DAYS_KEPT_AFTER_EXPIRY,
  decideRefresh,
  dueProof,
  earlier,
  endOf,
} from './policies.ts';
import type { AuthRepository } from './repository.ts';
import { hashToken, passwordStateOf, type Tokens } from './tokens.ts';

export type AuthService = ReturnType<typeof authService>;

/** The client and the app that open a session, and whether its owner hears of it. */
export type Opening = {
  readonly client: Client;
  readonly app: App | null;
  readonly isNewDevice: boolean;
  readonly requestId: string;
};

type SessionOfTokens = Pick<Session, 'id' | 'createdAt' | 'app'>;

export type Credentials = { readonly email: string; readonly password: string };

export function authService(deps: {
  database: Database;
  clock: Clock;
  repository: AuthRepository;
  tokens: Tokens;
  users: UserClient;
  events: EventClient;
  budgets: LoginBudgets;
  factors: Pick<FactorService, 'isEnrolled' | 'prove'>;
  notices: Notices;
  isFactorRequiredOfAdmins: boolean;
  refreshTtlSeconds: number;
  sessionMaxDays: number;
}) {
  const {
    database,
    clock,
    repository,
    tokens,
    users,
    events,
    budgets,
    factors,
    notices,
    refreshTtlSeconds,
    sessionMaxDays,
  } = deps;
  const findIdentity = identityFinder(deps);

  /**
   * `email` is normalized.
   * @throws INVALID_CREDENTIALS, RATE_LIMITED or OVERLOADED; if the password is right MFA_REQUIRED, USER_INACTIVE if the
   * account is inactive, or STAFF_ONLY if it has no staff role and the app is the console.
   */
  async function login(
    { email, password }: Credentials,
    { client, app, ...origin }: Origin & Pick<Opening, 'client' | 'app'>,
    requestId: string,
  ): Promise<TokenPair> {
    const attempt = await budgets.beginLogin(email, origin);
    const { account, matches } = await budgets.checking(attempt, () =>
      users.checkCredentials(email, password, origin.address),
    );
    const result = await database.transaction(async (trx) => {
      // The password may have changed since it was checked. That change ended all sessions, so none may open after it.
      const user = matches ? await users.lockUnchanged(trx, account) : undefined;
      // Refusals are returned, not thrown: their records must be committed.
      const refuse = (refusal: DomainError) => recordRefusedLogin(trx, account?.id, refusal, requestId);
      if (user === undefined) return refuse(invalidCredentials());
      await budgets.succeed(trx, attempt);
      const refusal = admissionRefusal(user, app);
      if (refusal !== undefined) return refuse(refusal);
      const opening = { client, app, isNewDevice: attempt.isKnown === false, requestId };
      return admit(trx, user, account?.passwordHash ?? null, opening);
    });
    if (result instanceof Error) throw result;
    return result;
  }

  /** Records no actor, because the caller is unknown. Writes a row for an unknown email too, so that both take equally long. */
  function recordRefusedLogin(
    trx: Trx,
    userId: string | undefined,
    refusal: DomainError,
    requestId: string,
  ): DomainError {
    events.record(trx, [
      loginRefused({
        actor: { type: 'user', id: null, requestId },
        ...(userId === undefined ? { resourceType: 'login', resourceId: newId() } : { resourceId: userId }),
        details: { code: refusal.code },
      }),
    ]);
    return refusal;
  }

  /**
   * Opens a session for a user who has proved the password. Returns MFA_REQUIRED instead if the account has a second
   * factor: what the transaction wrote stays.
   */
  async function admit(
    trx: Trx,
    user: User,
    passwordHash: string | null,
    opening: Opening,
  ): Promise<TokenPair | DomainError> {
    if (!(await factors.isEnrolled(trx, user.id))) return openSession(trx, user, null, opening);
    const passwordState = passwordStateOf(passwordHash);
    const { isNewDevice } = opening;
    return mfaRequired({ mfa_token: tokens.signMfaToken({ userId: user.id, passwordState, isNewDevice }) });
  }

  /**
   * The second step of a login: opens the session. Returns the email too, to which the device belongs from now on.
   * @throws INVALID_MFA_TOKEN, USER_INACTIVE, STAFF_ONLY, MFA_NOT_ENROLLED, MFA_LOCKED or INVALID_MFA_CODE.
   */
  async function verifyLogin(
    mfaToken: string,
    proof: FactorProof,
    { client, app, requestId }: Omit<Opening, 'isNewDevice'>,
  ): Promise<{ readonly tokens: TokenPair; readonly email: string }> {
    const { userId, passwordState, isNewDevice } = tokens.verifyMfaToken(mfaToken);
    const result = await database.transaction(async (trx) => {
      const account = await users.lockAccount(trx, userId);
      if (account === undefined || passwordStateOf(account.passwordHash) !== passwordState)
        throw invalidMfaToken();
      const notAdmitted = admissionRefusal(account, app);
      if (notAdmitted !== undefined) throw notAdmitted;
      const refusal = await factors.prove(trx, userId, proof, {
        // As for a wrong password, the caller is not known.
        onRefusal: { type: 'user', id: null, requestId },
        onSuccess: { type: account.role, id: userId, requestId },
      });
      if (refusal !== undefined) return refusal;
      const opening = { client, app, isNewDevice, requestId };
      return { tokens: await openSession(trx, account, clock(), opening), email: account.email };
    });
    if (result instanceof Error) throw result;
    return result;
  }

  async function openSession(
    trx: Trx,
    user: User,
    factorProvenAt: Temporal.Instant | null,
    { client, app, isNewDevice, requestId }: Opening,
  ): Promise<TokenPair> {
    const now = clock();
    const proofs = { factorProvenAt, passwordProvenAt: now };
    const session = { id: newId(), userId: user.id, createdAt: now, app, ...proofs };
    await repository.insertSession(trx, { ...session, ...client });
    if (isNewDevice) await notices.newDevice(trx, user.id, client);
    const actor: Actor = { type: user.role, id: user.id, requestId };
    events.record(trx, [sessionOpened({ actor, resourceId: session.id })]);
    return issueTokens(trx, user, session, tokens.newOpaqueToken());
  }

  async function issueTokens(
    trx: Trx,
    user: User,
    session: SessionOfTokens,
    refreshToken: string,
  ): Promise<TokenPair> {
    const now = clock();
    const expiresAt = refreshTokenEnd(session);
    const token = { hash: hashToken(refreshToken), sessionId: session.id, expiresAt };
    await repository.insertToken(trx, token, now);
    return tokenPair(user, session, refreshToken);
  }

  /** When a refresh token of now expires. */
  function refreshTokenEnd(session: SessionOfTokens): Temporal.Instant {
    return earlier(clock().add({ seconds: refreshTtlSeconds }), endOf(session, sessionMaxDays));
  }

  function tokenPair(user: User, session: SessionOfTokens, refreshToken: string): TokenPair {
    const claims = { userId: user.id, sessionId: session.id };
    const sessionEnd = endOf(session, sessionMaxDays);
    return {
      accessToken: tokens.signAccessToken(claims, user.role, sessionEnd),
      accessTtlSeconds: tokens.accessTtl(sessionEnd),
      refreshToken,
      refreshTtlSeconds: Math.floor(refreshTokenEnd(session).since(clock()).total('seconds')),
    };
  }

  /**
   * `app` sent the token in its cookie, a program (null) in the body: the token of one is unknown to the other. `device`
   * names the user agent and the network of the client.
   * @throws INVALID_REFRESH_TOKEN, EXPIRED_REFRESH_TOKEN, TOKEN_REVOKED, USER_INACTIVE or STAFF_ONLY.
   */
  async function refresh(
    refreshToken: string,
    { app, device }: { readonly app: App | null; readonly device: string },
    requestId: string,
  ): Promise<TokenPair> {
    const result = await database.transaction(async (trx) => {
      const found = await repository.lockToken(trx, hashToken(refreshToken));
      if (found === undefined || found.session.app !== app) throw invalidRefreshToken();
      const { session } = found;
      // The setting may have become shorter since the token was issued.
      const token = { ...found, expiresAt: earlier(found.expiresAt, endOf(session, sessionMaxDays)) };
      const successors = tokens.successorsOf(refreshToken, device);
      const used = token.rotatedAt === null ? undefined : await lockFirst(trx, successors);
      const user = await requireAdmitted(trx, session);
      const decision = decideRefresh(token, used?.token, clock());
      if (decision.kind === 'refuse') {
        if (decision.endsSession) await endReusedSession(trx, token, requestId);
        // Returned, not thrown: the end of the session must be committed.
        return decision.error;
      }
      const [successor = ''] = used === undefined ? successors : [used.text];
      if (decision.kind === 'repeat') return tokenPair(user, session, successor);
      await repository.markRotated(trx, token.hash, clock());
      return issueTokens(trx, user, session, successor);
    });
    if (result instanceof Error) throw result;
    return result;
  }

  /** Locks the first of these tokens that is stored. */
  async function lockFirst(trx: Trx, texts: readonly string[]) {
    for (const text of texts) {
      const token = await repository.lockToken(trx, hashToken(text));
      if (token !== undefined) return { text, token };
    }
    return undefined;
  }

  async function endReusedSession(trx: Trx, { session }: RefreshToken, requestId: string): Promise<void> {
    await repository.revokeSession(trx, session.id, clock());
    const actor: Actor = { type: 'user', id: session.userId, requestId };
    events.record(trx, [sessionReused({ actor, resourceId: session.id })]);
  }

  async function requireAdmitted(trx: Trx, { userId, app }: Pick<Session, 'userId' | 'app'>): Promise<User> {
    const user = await users.findUser(trx, userId);
    if (user === undefined) throw invalidRefreshToken();
    const refusal = admissionRefusal(user, app);
    if (refusal !== undefined) throw refusal;
    return user;
  }

  /** Ends the session of a refresh token. Does nothing for an unknown token, so that the response reveals nothing. */
  async function logoutByToken(refreshToken: string, app: App | null, requestId: string): Promise<void> {
    await database.transaction(async (trx) => {
      const token = await repository.lockToken(trx, hashToken(refreshToken));
      if (token === undefined || token.session.app !== app || token.session.revokedAt !== null) return;
      const { id, userId } = token.session;
      const user = await users.findUser(trx, userId);
      await repository.revokeSession(trx, id, clock());
      const actor: Actor = { type: user?.role ?? 'user', id: userId, requestId };
      events.record(trx, [sessionEnded({ actor, resourceId: id })]);
    });
  }

  /** Ends the caller's session. Its access and refresh tokens stop working immediately. */
  async function logout(caller: AccountCaller): Promise<void> {
    await database.transaction(async (trx) => {
      await repository.revokeSession(trx, caller.sessionId, clock());
      events.record(trx, [sessionEnded({ actor: caller, resourceId: caller.sessionId })]);
    });
  }

  /**
   * Returns the caller of an access token. Reads session and user from the database, so that a logout, a deactivation or
   * a change of role takes effect on the next request.
   * @throws INVALID_TOKEN, EXPIRED_TOKEN, TOKEN_REVOKED, USER_INACTIVE, or OVERLOADED.
   */
  async function authenticate(accessToken: string, requestId: string): Promise<AccountCaller> {
    const { userId, sessionId } = tokens.verifyAccessToken(accessToken);
    const { session, user } = await findIdentity({ userId, sessionId });
    if (session === undefined || user === undefined || session.userId !== user.id) throw invalidToken();
    // Checked first: the sessions of an inactive user are revoked as well, but this error names the cause.
    if (!user.active) throw userInactive();
    if (session.revokedAt !== null) throw tokenRevoked();
    return {
      type: user.role,
      id: user.id,
      permissions: permissionsOf(user.staffRoles),
      sessionId,
      mustEnrol: deps.isFactorRequiredOfAdmins && user.role === 'admin' && session.factorProvenAt === null,
      dueProof: dueProof(session, clock()),
      requestId,
    };
  }

  /**
   * Deletes up to `limit` refresh tokens that expired long ago, oldest first, and the sessions that have no token left.
   * Returns the number of tokens. A rotated token is kept until it expires, because its reuse must end the session.
   */
  function purgeExpiredTokens(limit: number): Promise<number> {
    return database.transaction(async (trx) => {
      const expiredBefore = clock().subtract({ hours: 24 * DAYS_KEPT_AFTER_EXPIRY });
      const sessionIds = await repository.deleteTokens(trx, expiredBefore, limit);
      repository.queueDeleteEmptySessions(trx, [...new Set(sessionIds)]);
      return sessionIds.length;
    });
  }

  return { login, verifyLogin, admit, refresh, logout, logoutByToken, authenticate, purgeExpiredTokens };
}
