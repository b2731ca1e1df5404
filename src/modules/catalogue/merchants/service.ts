import type { OpenCache } from '../../../core/cache.ts';
import type { Clock } from '../../../core/clock.ts';
import { type Database, type Db, type Trx, violates } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import { withoutUndefined } from '../../../core/without-undefined.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import { merchantAlreadyExists, merchantNotActive } from './errors.ts';
import { merchantChanged, merchantCreated } from './events.ts';
import type { Merchant, MerchantFilter, MerchantOffer, MerchantView } from './model.ts';
import { inactiveSinceAfter } from './policies.ts';
import type { MerchantRepository } from './repository.ts';

export type MerchantService = ReturnType<typeof merchantService>;

export type NewMerchant = Pick<
  Merchant,
  'name' | 'defaultCashbackPercentage' | 'confirmationDays' | 'active'
>;

/** The offers that shoppers see today, by merchant id. Offers belong to a module above this one. */
export type FindActiveOffers = (
  db: Db,
  merchantIds: readonly string[],
) => Promise<ReadonlyMap<string, MerchantOffer>>;

export function merchantService(deps: {
  database: Database;
  clock: Clock;
  repository: MerchantRepository;
  events: EventClient;
  openCache: OpenCache;
  findActiveOffers: FindActiveOffers;
}) {
  const { database, clock, repository, events, findActiveOffers } = deps;
  const cache = deps.openCache({ table: 'merchants', load: loadMerchants });

  function createMerchant(input: NewMerchant, actor: Actor): Promise<Merchant> {
    return database.transaction(async (trx) => {
      const merchant = { id: newId(), ...input, inactiveSince: null };
      if (!(await repository.insert(trx, merchant, clock()))) throw await nameTaken(trx, merchant.name);
      events.record(trx, [merchantCreated({ actor, resourceId: merchant.id, details: facts(input) })]);
      return merchant;
    });
  }

  async function changeMerchant(id: string, changes: Partial<NewMerchant>, actor: Actor): Promise<Merchant> {
    try {
      return await cache.forgetAfter([id], () =>
        database.transaction(async (trx) => {
          const merchant = await repository.lock(trx, id);
          if (merchant === undefined) throw notFound('merchant', id);
          const inactiveSince = inactiveSinceAfter(merchant, changes.active, clock());
          const changed = { ...merchant, ...changes, inactiveSince };
          await repository.update(trx, changed);
          events.record(trx, [merchantChanged({ actor, resourceId: id, details: facts(changes) })]);
          return changed;
        }),
      );
    } catch (error) {
      const isTaken = violates(error, 'merchants_name_folded_key') || violates(error, 'merchants_name_key');
      if (isTaken) throw await nameTaken(database.db, changes.name ?? '');
      throw error;
    }
  }

  async function nameTaken(db: Db, name: string) {
    const holder = await repository.findByName(db, name);
    return merchantAlreadyExists({ name, merchant_id: holder?.id ?? '' });
  }

  async function getMerchant(id: string): Promise<MerchantView> {
    const [merchant] = await withOffers(await repository.findAll(database.db, [id]));
    if (merchant === undefined) throw notFound('merchant', id);
    return merchant;
  }

  async function listMerchants(filter: MerchantFilter, page: PageRequest): Promise<PageOf<MerchantView>> {
    const found = await repository.list(database.db, filter, page);
    return { ...found, items: await withOffers(found.items) };
  }

  /** Shoppers see no offer of an inactive merchant. */
  async function withOffers(merchants: readonly Merchant[]): Promise<MerchantView[]> {
    const active = merchants.filter((merchant) => merchant.active);
    const offerOf = await findActiveOffers(
      database.db,
      active.map(({ id }) => id),
    );
    return merchants.map((merchant) => ({
      ...merchant,
      activeOffer: (merchant.active && offerOf.get(merchant.id)) || null,
    }));
  }

  async function loadMerchants(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, Merchant>> {
    const merchants = await repository.findAll(db, ids);
    return new Map(merchants.map((merchant) => [merchant.id, merchant]));
  }

  function findMerchantIds(db: Db): Promise<readonly string[]> {
    return repository.findIds(db);
  }

  function findActiveMerchants(db: Db): Promise<readonly Merchant[]> {
    return repository.findActive(db);
  }

  /** Locks the merchants for share, and returns what they are until the transaction ends. */
  async function lockForShare(trx: Trx, ids: readonly string[]): Promise<ReadonlyMap<string, Merchant>> {
    const locked = ids.length === 0 ? [] : await repository.lockForShare(trx, ids);
    return new Map(locked.map((merchant) => [merchant.id, merchant]));
  }

  /** @throws NOT_FOUND or MERCHANT_NOT_ACTIVE. */
  async function requireActiveMerchant(db: Db, id: string): Promise<Merchant> {
    const [merchant] = await repository.findAll(db, [id]);
    if (merchant === undefined) throw notFound('merchant', id);
    if (!merchant.active) throw merchantNotActive({ merchant_id: id });
    return merchant;
  }

  return {
    createMerchant,
    changeMerchant,
    getMerchant,
    listMerchants,
    /** The existing merchants among the ids, by id. Outside a transaction they may be one second old. */
    findMerchants: cache.find,
    findMerchantIds,
    findActiveMerchants,
    lockForShare,
    requireActiveMerchant,
  };
}

/** The details of an event, with the field names of the API. */
function facts({ name, defaultCashbackPercentage, confirmationDays, active }: Partial<NewMerchant>) {
  return withoutUndefined({
    name,
    default_cashback_percentage: defaultCashbackPercentage,
    confirmation_days: confirmationDays,
    active,
  });
}
