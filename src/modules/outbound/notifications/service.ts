import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import type { Kind, Preferences, PreferencesChange } from './model.ts';
import { mondayOf, preferencesOf } from './policies.ts';
import type { NotificationRepository } from './repository.ts';

export type NotificationService = ReturnType<typeof notificationService>;

/** What users have chosen. */
export function notificationService(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly repository: Pick<NotificationRepository, 'findChoices' | 'putChoices' | 'queueForget'>;
}) {
  const { database, clock, repository } = deps;

  async function getPreferences(userId: string): Promise<Preferences> {
    return preferencesOf(await repository.findChoices(database.db, userId));
  }

  /** Changes what is given, and returns all of it. */
  function changePreferences(userId: string, change: PreferencesChange): Promise<Preferences> {
    return database.transaction(async (trx) =>
      preferencesOf(await repository.putChoices(trx, userId, change, mondayOf(clock()))),
    );
  }

  async function unsubscribe(userId: string, kind: Kind): Promise<void> {
    await changePreferences(userId, { [kind]: false });
  }

  /** Removes the choices of users who are erased. */
  function queueForget(trx: Trx, userIds: readonly string[]): void {
    repository.queueForget(trx, userIds);
  }

  return { getPreferences, changePreferences, unsubscribe, queueForget };
}
