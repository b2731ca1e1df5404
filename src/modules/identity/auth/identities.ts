import type { Database } from '../../../core/database/index.ts';
import { type Outcome, onlyValue, success } from '../../../core/outcome.ts';
import { batcher } from '../../../core/overload/batcher.ts';
import type { User, UserClient } from '../users/index.ts';
import type { Session } from './model.ts';
import type { AuthRepository } from './repository.ts';

/** The present session and account of a token; undefined if missing. */
export type Identity = { readonly session: Session | undefined; readonly user: User | undefined };

type TokenSubject = { readonly userId: string; readonly sessionId: string };

/** Lookups are cheap and hold no locks, so their queue may be the longest. */
const LOOKS = { maxItems: 256, maxInFlight: 2, maxQueued: 65_536 };

/**
 * Every request needs the session and the account of its token. Concurrent requests share a lookup: ten thousand need a
 * few dozen queries instead of twenty thousand, which would wait for a connection until they time out. A lookup starts
 * after its requests arrived, so no result is stale.
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

  const looks = batcher({ ...LOOKS, run: findIdentities, isolates: () => false });

  /** @throws OVERLOADED. */
  return async (subject: TokenSubject): Promise<Identity> => onlyValue(await looks.submit([subject]));
}
