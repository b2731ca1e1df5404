import type { AccountCaller } from '../../../core/caller.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import type { EventClient } from '../../platform/events/index.ts';
import type { UserClient } from '../users/index.ts';
import { sessionEnded } from './events.ts';
import type { OpenSession } from './model.ts';
import type { OpenSessionRepository } from './open-sessions-repository.ts';
import type { AuthRepository } from './repository.ts';

export type OpenSessionService = ReturnType<typeof openSessionService>;

/** More than a person has devices. */
const MAX_LISTED = 100;

/** The sessions that a user has open, to find and end those of somebody else. */
export function openSessionService(deps: {
  database: Database;
  clock: Clock;
  repository: OpenSessionRepository;
  sessions: Pick<AuthRepository, 'revokeSession' | 'revokeSessionsOf'>;
  users: Pick<UserClient, 'findUser'>;
  events: EventClient;
  sessionMaxDays: number;
}) {
  const { database, clock, repository, sessions, users, events, sessionMaxDays } = deps;

  /** The sessions used last first, at most 100. @throws NOT_FOUND if there is no such user. */
  async function listSessions(userId: string): Promise<readonly OpenSession[]> {
    if ((await users.findUser(database.db, userId)) === undefined) throw notFound('user', userId);
    const now = clock();
    const openedSince = now.subtract({ hours: 24 * sessionMaxDays });
    return repository.list(database.db, userId, { now, openedSince, limit: MAX_LISTED });
  }

  /** Ends a session of the caller. @throws NOT_FOUND, also if it has ended already. */
  async function endSession(id: string, caller: AccountCaller): Promise<void> {
    await database.transaction(async (trx) => {
      if (!(await sessions.revokeSession(trx, id, clock(), caller.id))) throw notFound('session', id);
      events.record(trx, [sessionEnded({ actor: caller, resourceId: id })]);
    });
  }

  /** Ends all sessions of the caller. Keeps the present one if `keepsCurrent`. */
  async function endSessions(
    caller: AccountCaller,
    { keepsCurrent }: { keepsCurrent: boolean },
  ): Promise<void> {
    await database.transaction(async (trx) => {
      const kept = keepsCurrent ? caller.sessionId : undefined;
      const ended = await sessions.revokeSessionsOf(trx, caller.id, clock(), kept);
      events.record(
        trx,
        ended.map((id) => sessionEnded({ actor: caller, resourceId: id })),
      );
    });
  }

  return { listSessions, endSession, endSessions };
}
