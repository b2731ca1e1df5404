import type { OpenCache } from '../../../core/cache.ts';
import { type Clock, utcDay } from '../../../core/clock.ts';
import { type Database, type Db, type Trx, violates } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import { unsupportedCurrency } from '../../../core/money.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import type { MerchantClient } from '../merchants/index.ts';
import { activeOfferAlreadyExists } from './errors.ts';
import { offerActivated, offerCreated, offerDeactivated } from './events.ts';
import type { Offer, OfferFilter, OfferOfMerchant } from './model.ts';
import { type OfferProposal, reachesInto, requireSoundTerms } from './policies.ts';
import type { OfferRepository } from './repository.ts';

export type OfferService = ReturnType<typeof offerService>;

export function offerService(deps: {
  database: Database;
  clock: Clock;
  repository: OfferRepository;
  merchants: MerchantClient;
  events: EventClient;
  openCache: OpenCache;
  supportedCurrencies: readonly string[];
  maxCashbackPercentage: number;
}) {
  const { database, clock, repository, merchants, events, supportedCurrencies, maxCashbackPercentage } = deps;
  /** Keyed by merchant id. Merchants without an active offer are not cached. */
  const activeOffers = deps.openCache({ table: 'offers', load: loadActiveOffers });

  const today = () => utcDay(clock());

  /** @throws UNSUPPORTED_CURRENCY, VALIDATION_ERROR, NOT_FOUND, MERCHANT_NOT_ACTIVE or ACTIVE_OFFER_ALREADY_EXISTS. */
  async function createOffer(proposal: OfferProposal, actor: Actor): Promise<Offer> {
    if (!supportedCurrencies.includes(proposal.currency)) {
      throw unsupportedCurrency({ currency: proposal.currency, supported: supportedCurrencies });
    }
    const terms = requireSoundTerms(proposal, { maxCashbackPercentage, today: today() });
    const { merchantId, startDate, endDate } = proposal;
    const id = newId();
    const offer = { id, merchantId, terms: { ...terms, offerId: id }, startDate, endDate, active: true };
    return changingOffer(offer, () =>
      database.transaction(async (trx) => {
        await merchants.requireActiveMerchant(trx, merchantId);
        await repository.insert(trx, offer, clock());
        events.record(trx, [
          offerCreated({
            actor,
            resourceId: id,
            details: {
              merchant_id: merchantId,
              cashback_type: proposal.cashbackType,
              cashback_value: proposal.cashbackValue,
              monthly_cap: proposal.monthlyCap,
              start_date: startDate,
              end_date: endDate,
            },
          }),
        ]);
        return offer;
      }),
    );
  }

  async function setOfferActive(id: string, active: boolean, actor: Actor): Promise<Offer> {
    const offer = await getOffer(id);
    return changingOffer(offer, () =>
      database.transaction(async (trx) => {
        const changed = await repository.setActive(trx, id, active);
        if (changed === undefined) throw notFound('offer', id);
        events.record(trx, [(active ? offerActivated : offerDeactivated)({ actor, resourceId: id })]);
        return changed;
      }),
    );
  }

  /** Translates a violation of the exclusion constraint, which also decides between concurrent requests. */
  async function changingOffer<T>(offer: Offer, change: () => Promise<T>): Promise<T> {
    try {
      return await activeOffers.forgetAfter([offer.merchantId], change);
    } catch (error) {
      if (!violates(error, 'offers_one_active_at_a_time')) throw error;
      const { merchantId, startDate, endDate } = offer;
      const others = await repository.findActive(database.db, [merchantId]);
      const holder = others.find((other) => other.id !== offer.id && reachesInto(other, startDate, endDate));
      throw activeOfferAlreadyExists({
        merchant_id: merchantId,
        offer_id: holder?.id ?? null,
        start_date: holder?.startDate ?? null,
        end_date: holder?.endDate ?? null,
      });
    }
  }

  async function getOffer(id: string): Promise<OfferOfMerchant> {
    const offer = await repository.find(database.db, id);
    if (offer === undefined) throw notFound('offer', id);
    return offer;
  }

  /** @throws NOT_FOUND if the offer does not exist or shoppers cannot see it today. */
  async function getVisibleOffer(id: string): Promise<OfferOfMerchant> {
    const offer = await repository.find(database.db, id, today());
    if (offer === undefined) throw notFound('offer', id);
    return offer;
  }

  function listOffers(filter: OfferFilter, page: PageRequest): Promise<PageOf<OfferOfMerchant>> {
    return repository.list(database.db, filter, page);
  }

  function listVisibleOffers(filter: OfferFilter, page: PageRequest): Promise<PageOf<OfferOfMerchant>> {
    return repository.list(database.db, { ...filter, visibleOn: today() }, page);
  }

  async function loadActiveOffers(
    db: Db,
    merchantIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Offer[]>> {
    return Map.groupBy(await repository.findActive(db, merchantIds), ({ merchantId }) => merchantId);
  }

  /** Locks the active offers among `ids` for share, so that none is deactivated before the transaction ends. */
  async function lockActiveForShare(trx: Trx, ids: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(ids.length === 0 ? [] : await repository.lockActiveForShare(trx, ids));
  }

  return {
    createOffer,
    setOfferActive,
    getOffer,
    getVisibleOffer,
    listOffers,
    listVisibleOffers,
    /**
     * All active offers of the merchants, also past and future ones, by merchant id. Outside a transaction they may be
     * one second old, but their terms are always right because terms never change.
     */
    findActiveOffers: activeOffers.find,
    lockActiveForShare,
  };
}
