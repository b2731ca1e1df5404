import type { OpenCache } from '../../../core/cache.ts';
import { type Database, type Db, violates } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import { formatMoney } from '../../../core/money.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import { ceilingBook, readLimits, type SentLimits, statesNothing } from './ceiling-policies.ts';
import type { CeilingRepository } from './ceiling-repository.ts';
import { ceilingChanged } from './events.ts';
import type { Ceiling, CeilingBook, CeilingScope } from './model.ts';

export type CeilingInput = {
  readonly scope: CeilingScope;
  readonly currency: string;
  readonly limits: SentLimits;
};

/** The key of the only entry of the cache: a table of few rows, all of which may apply to a list of purchases. */
const ALL = 'all';

const NO_CEILINGS: CeilingBook = new Map();

/** Administration of ceilings, and the ceilings as ingestion reads them. */
export function ceilingAdministration(deps: {
  database: Database;
  ceilings: CeilingRepository;
  events: EventClient;
  openCache: OpenCache;
  supportedCurrencies: readonly string[];
}) {
  const { database, ceilings, events, supportedCurrencies } = deps;
  const cache = deps.openCache({
    table: 'ceilings',
    load: async (db) => new Map([[ALL, ceilingBook(await ceilings.findAll(db))]]),
  });

  /** All ceilings, from the memory of the process. In a transaction it reads the database. */
  async function findCeilings(db: Db): Promise<CeilingBook> {
    return (await cache.find(db, [ALL])).get(ALL) ?? NO_CEILINGS;
  }

  /**
   * Replaces what the ceiling of a scope and currency states. A ceiling that states nothing is removed.
   * @throws NOT_FOUND if the partner or merchant does not exist, UNSUPPORTED_CURRENCY or VALIDATION_ERROR.
   */
  async function setCeiling({ scope, currency, limits }: CeilingInput, actor: Actor): Promise<Ceiling> {
    const stated = readLimits(limits, scope, currency, supportedCurrencies);
    try {
      return await cache.forgetAfter('all', () =>
        database.transaction(async (trx) => {
          ceilings.queueLock(trx);
          const before = await ceilings.find(trx, scope, currency);
          const ceiling = { id: before?.id ?? newId(), scope, currency, ...stated };
          const isRemoved = statesNothing(stated);
          if (before === undefined && isRemoved) return ceiling;
          if (isRemoved) await ceilings.remove(trx, ceiling.id);
          else await ceilings.put(trx, ceiling);
          events.record(trx, [
            ceilingChanged({
              actor,
              resourceId: ceiling.id,
              details: {
                scope: scope.type,
                scope_id: scope.id,
                currency,
                before: before === undefined ? null : facts(before),
                after: isRemoved ? null : facts(ceiling),
              },
            }),
          ]);
          return ceiling;
        }),
      );
    } catch (error) {
      if (scope.id !== null && violates(error, `ceilings_${scope.type}`))
        throw notFound(scope.type, scope.id);
      throw error;
    }
  }

  function listCeilings(page: PageRequest): Promise<PageOf<Ceiling>> {
    return ceilings.list(database.db, page);
  }

  return { findCeilings, setCeiling, listCeilings };
}

/** The limits of a ceiling with the field names of the API. */
export function facts({ maxAmount, maxReward, dailyPending, dailyReleased, currency }: Ceiling) {
  const money = (minor: bigint | null) => (minor === null ? null : formatMoney(minor, currency));
  return {
    max_amount: money(maxAmount),
    max_reward: money(maxReward),
    daily_pending: money(dailyPending),
    daily_released: money(dailyReleased),
  };
}
