import type { Database } from '../../../core/database/index.ts';
import { type Outcome, onlyValue, success } from '../../../core/outcome.ts';
import { batcher } from '../../../core/overload/batcher.ts';
import type { User, UserClient } from '../users/index.ts';
import type { Session } from './model.ts';
import type { AuthRepository } from './repository.ts';

/** The session and the user of an access token as they are now. Undefined if they do not exist. */
export type Identity = { readonly session: Session | undefined; readonly user: User | undefined };

type TokenSubject = { readonly userId: string; readonly sessionId: string };

/** Lookups are cheap and take no locks, so their queue may be longer than that of writes. */
const LOOKUP_BATCHING = { maxItems: 256, maxInFlight: 2, maxQueued: 65_536 };

/**
 * Looks up the session and the user of an access token, which every request needs. Concurrent requests share queries:
 * 10,000 requests need a few dozen instead of 20,000, which would time out waiting for a connection. A query starts
 * after its requests arrived, so its result is not stale.
 */
export function identityFinder(deps: { database: Database; repository: AuthRepository; users: UserClient }) {
  const { database, repository, users } = deps;

  async function findIdentities(subjects: readonly TokenSubject[]): Promise<Outcome<Identity>[]> {
    const sessionIds = new Set(subjects.map(({ sessionId }) => sessionId));
    const userIds = new Set(subjects.map(({ userId }) => userId));
    const sessions = await repository.findSessions(database.db, [...sessionIds]);
    const userOf = await users.findUsers(database.db, [...userIds]);
    const sessionOf = new Map(sessions.map((session) => [session.id, session]));
    return subjects.map(({ userId, sessionId }) =>
      success({ session: sessionOf.get(sessionId), user: userOf.get(userId) }),
    );
  }

  const lookups = batcher({ ...LOOKUP_BATCHING, run: findIdentities, isolates: () => false });

  /** @throws OVERLOADED. */
  return async (subject: TokenSubject): Promise<Identity> => onlyValue(await lookups.submit([subject]));
}
