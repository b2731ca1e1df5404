import type { Clock } from '../../../core/clock.ts';
import { type Database, type Db, violates } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Actor, EventClient } from '../events/index.ts';
import { flagRemoved, flagSet } from './events.ts';
import type { ExplainedFlag, FlagFilter, FlagScope, FlagSetting, FlagSubject } from './model.ts';
import { flagRule } from './policies.ts';
import type { FlagRepository } from './repository.ts';

export type FlagService = ReturnType<typeof flagService>;

export type FlagInput = Pick<FlagSetting, 'key' | 'scope' | 'enabled' | 'description'>;

export function flagService(deps: {
  database: Database;
  clock: Clock;
  repository: FlagRepository;
  events: EventClient;
  /** The keys that the platform reads. */
  knownFlags: readonly string[];
}) {
  const { database, clock, repository, events, knownFlags } = deps;

  /** Creates or replaces the setting of one scope. @throws NOT_FOUND if its merchant or user does not exist. */
  async function setFlag(input: FlagInput, actor: Actor): Promise<FlagSetting> {
    try {
      return await database.transaction(async (trx) => {
        // Changes of one flag are serialized, so that `before` in the event is exactly what was replaced.
        repository.queueLockKey(trx, input.key);
        const before = await repository.find(trx, input.key, input.scope);
        const now = clock();
        const setting = {
          id: before?.id ?? newId(),
          createdAt: before?.createdAt ?? now,
          updatedAt: now,
          ...input,
        };
        await repository.put(trx, setting);
        events.record(trx, [flagSet(changeOf(actor, before, setting))]);
        return setting;
      });
    } catch (error) {
      const { type, id } = input.scope;
      if (id !== null && violates(error, `feature_flags_${type}`)) {
        throw notFound(type, id);
      }
      throw error;
    }
  }

  /** @throws NOT_FOUND. */
  function removeFlag(key: string, scope: FlagScope, actor: Actor): Promise<void> {
    return database.transaction(async (trx) => {
      repository.queueLockKey(trx, key);
      const before = await repository.find(trx, key, scope);
      if (before === undefined) throw notFound('feature_flag', key);
      await repository.remove(trx, before.id);
      events.record(trx, [flagRemoved(changeOf(actor, before, undefined))]);
    });
  }

  /** @throws NOT_FOUND. */
  async function getFlag(key: string, scope: FlagScope): Promise<FlagSetting> {
    const setting = await repository.find(database.db, key, scope);
    if (setting === undefined) throw notFound('feature_flag', key);
    return setting;
  }

  function listFlags(filter: FlagFilter, page: PageRequest): Promise<PageOf<FlagSetting>> {
    return repository.list(database.db, filter, page);
  }

  async function explainFlag(key: string, subject: FlagSubject): Promise<ExplainedFlag> {
    const settings = await repository.findForSubjects(database.db, key, [subject]);
    return { ...flagRule(settings)(subject), known: knownFlags.includes(key) };
  }

  /** Returns for each subject, in order, whether the flag is on. Sends one query for the whole list. */
  async function evaluateFlags(
    db: Db,
    key: string,
    subjects: readonly FlagSubject[],
  ): Promise<readonly boolean[]> {
    const settings = await repository.findForSubjects(db, key, subjects);
    const decide = flagRule(settings);
    return subjects.map((subject) => decide(subject).enabled);
  }

  return { setFlag, removeFlag, getFlag, listFlags, explainFlag, evaluateFlags };
}

/** At least one of `before` and `after` must be defined. */
function changeOf(actor: Actor, before: FlagSetting | undefined, after: FlagSetting | undefined) {
  const { id, key, scope } = (after ?? before) as FlagSetting;
  return {
    actor,
    resourceId: id,
    details: {
      key,
      scope_type: scope.type,
      scope_id: scope.id,
      before: before === undefined ? null : contentOf(before),
      after: after === undefined ? null : contentOf(after),
    },
  };
}

function contentOf({ enabled, description }: FlagSetting) {
  return { enabled, description };
}
