import type { OpenCache } from '../../../core/cache.ts';
import { type Clock, utcDay } from '../../../core/clock.ts';
import { type Database, type Db, type Trx, violates } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import { distinct, distinctBy } from '../../../core/lists.ts';
import { unsupportedCurrency } from '../../../core/money.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import type { MerchantClient } from '../merchants/index.ts';
import { activeOfferAlreadyExists } from './errors.ts';
import { offerActivated, offerCreated, offerDeactivated, offerExtended } from './events.ts';
import type { Offer, OfferFilter, OfferOfMerchant, OfferSummary, Period, ShownOffer } from './model.ts';
import {
  type CapUse,
  capLeft,
  continuedCaps,
  type OfferProposal,
  reachesInto,
  requireExtension,
  requirePast,
  requireSoundTerms,
} from './policies.ts';
import type { OfferRepository } from './repository.ts';
import { capNumber, termsNumber } from './terms.ts';

/** The offers of which a process remembers whether they refill. */
const MAX_REFILLS = 10_000;

export type OfferService = ReturnType<typeof offerService>;

/** What a user has used of groups of caps in a month, by group. Usages belong to an area above this one. */
export type FindCapUses = (
  db: Db,
  userId: string,
  month: string,
  groups: readonly { readonly capGroup: string; readonly currency: string }[],
) => Promise<ReadonlyMap<string, CapUse>>;

export function offerService(deps: {
  database: Database;
  clock: Clock;
  repository: OfferRepository;
  merchants: MerchantClient;
  events: EventClient;
  openCache: OpenCache;
  supportedCurrencies: readonly string[];
  maxCashbackPercentage: number;
  defaultConfirmationDays: number;
  findCapUses: FindCapUses;
}) {
  const { database, clock, repository, merchants, events, supportedCurrencies, maxCashbackPercentage } = deps;
  const { defaultConfirmationDays, findCapUses } = deps;
  /** Keyed by merchant id. Merchants without an offer are not cached. */
  const offersOf = deps.openCache({ table: 'offers', load: loadOffers });

  /** Whether an offer refills, by its id. That never changes, so what was read once holds. */
  const refills = new Map<string, boolean>();

  const today = () => utcDay(clock());

  /** @throws UNSUPPORTED_CURRENCY, VALIDATION_ERROR, NOT_FOUND, MERCHANT_NOT_ACTIVE or ACTIVE_OFFER_ALREADY_EXISTS. */
  async function createOffer(proposal: OfferProposal, actor: Actor): Promise<Offer> {
    if (!supportedCurrencies.includes(proposal.currency)) {
      throw unsupportedCurrency({ currency: proposal.currency, supported: supportedCurrencies });
    }
    const terms = requireSoundTerms(proposal, { maxCashbackPercentage, today: today() });
    const { merchantId, startDate, endDate } = proposal;
    const id = newId();
    return changingOffer({ id, merchantId, startDate, endDate }, () =>
      database.transaction(async (trx) => {
        await merchants.requireActiveMerchant(trx, merchantId);
        const { capGroup, capRefill } = await capsOf(trx, id, proposal);
        const offer = await repository.insert(
          trx,
          {
            id,
            merchantId,
            terms: { ...terms, offerId: id, capGroup },
            startDate,
            endDate,
            active: true,
            capRefill,
          },
          clock(),
        );
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
              cap_refill: capRefill,
              ...(proposal.continues !== undefined && { continues: proposal.continues }),
            },
          }),
        ]);
        return offer;
      }),
    );
  }

  /** @throws NOT_FOUND or VALIDATION_ERROR. */
  async function capsOf(db: Db, id: string, proposal: OfferProposal) {
    const { continues, capRefill = false } = proposal;
    if (continues === undefined) return { capGroup: id, capRefill };
    const continued = await repository.find(db, continues);
    if (continued === undefined) throw notFound('offer', continues);
    return continuedCaps(continued, proposal);
  }

  /**
   * Moves the last day of an offer on. It keeps its caps.
   * @throws NOT_FOUND, VALIDATION_ERROR or ACTIVE_OFFER_ALREADY_EXISTS.
   */
  async function extendOffer(id: string, endDate: string, actor: Actor): Promise<Offer> {
    const offer = await getOffer(id);
    return changingOffer({ ...offer, endDate }, () =>
      database.transaction(async (trx) => {
        const before = await lockOffer(trx, id);
        const now = clock();
        requireExtension(before, endDate, utcDay(now));
        if (before.endDate === endDate) return before;
        const extended = await repository.extend(trx, id, endDate, now);
        const details = { end_date: endDate, previous_end_date: before.endDate };
        events.record(trx, [offerExtended({ actor, resourceId: id, details })]);
        return extended;
      }),
    );
  }

  async function lockOffer(trx: Trx, id: string): Promise<Offer> {
    const offer = await repository.lock(trx, id);
    if (offer === undefined) throw notFound('offer', id);
    return offer;
  }

  /**
   * Starts or stops an offer from now on. An earlier `effectiveFrom` voids a mistake: purchases that are recorded
   * already keep their rewards.
   * @throws NOT_FOUND, VALIDATION_ERROR or ACTIVE_OFFER_ALREADY_EXISTS.
   */
  async function setOfferActive(
    id: string,
    active: boolean,
    effectiveFrom: Temporal.Instant | undefined,
    actor: Actor,
  ): Promise<Offer> {
    const offer = await getOffer(id);
    return changingOffer(offer, () =>
      database.transaction(async (trx) => {
        await lockOffer(trx, id);
        // Read behind the lock: no purchase that was rewarded is later than the end.
        const now = clock();
        if (effectiveFrom !== undefined) requirePast(effectiveFrom, now);
        const changed = await repository[active ? 'start' : 'stop'](trx, id, effectiveFrom ?? now);
        const details = effectiveFrom === undefined ? {} : { effective_from: effectiveFrom.toString() };
        events.record(trx, [
          (active ? offerActivated : offerDeactivated)({ actor, resourceId: id, details }),
        ]);
        return changed;
      }),
    );
  }

  /** Translates a violation of the exclusion constraint, which also decides between concurrent requests. */
  async function changingOffer<T>(
    offer: Pick<Offer, 'id' | 'merchantId' | 'startDate' | 'endDate'>,
    change: () => Promise<T>,
  ): Promise<T> {
    try {
      return await offersOf.forgetAfter([offer.merchantId], change);
    } catch (error) {
      if (!violates(error, 'offers_one_active_at_a_time')) throw error;
      const { merchantId, startDate, endDate } = offer;
      const others = await repository.findValid(database.db, [merchantId]);
      const overlapping = others.filter(
        (other) => other.id !== offer.id && reachesInto(other, startDate, endDate),
      );
      const holder = overlapping.find(({ active }) => active) ?? overlapping[0];
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

  /** For a shopper: with the days until confirmation, and what the caps leave this month. */
  async function listShownOffers(
    userId: string,
    filter: OfferFilter,
    page: PageRequest,
  ): Promise<PageOf<ShownOffer>> {
    const found = await listVisibleOffers(filter, page);
    const groups = found.items.flatMap(({ terms }) =>
      terms.monthlyCap === null ? [] : [{ capGroup: terms.capGroup, currency: terms.currency }],
    );
    const month = `${today().slice(0, -2)}01`;
    const useOf = await findCapUses(
      database.db,
      userId,
      month,
      distinctBy(groups, ({ capGroup }) => capGroup),
    );
    const items = found.items.map((offer) => ({
      ...offer,
      confirmationDays: offer.confirmationDays ?? defaultConfirmationDays,
      capLeft: capLeft(offer.terms, useOf.get(offer.terms.capGroup)),
    }));
    return { ...found, items };
  }

  async function loadOffers(
    db: Db,
    merchantIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Offer[]>> {
    return Map.groupBy(await repository.findValid(db, merchantIds), ({ merchantId }) => merchantId);
  }

  /** The offers that shoppers see today, by merchant id, for merchants that are active. */
  async function findActiveOffers(
    db: Db,
    merchantIds: readonly string[],
  ): Promise<ReadonlyMap<string, OfferSummary>> {
    const day = today();
    const offers = await offersOf.find(db, merchantIds);
    const shown = [...offers.values()].flatMap((all) =>
      all.filter((offer) => offer.active && reachesInto(offer, day, day)),
    );
    return new Map(shown.map((offer) => [offer.merchantId, summaryOf(offer)]));
  }

  /** Those of the offers whose freed room tops up earlier purchases. */
  async function findRefilling(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const unknown = distinct(ids.filter((id) => !refills.has(id)));
    const read = new Set(unknown.length === 0 ? [] : await repository.findRefilling(db, unknown));
    const found = new Set(ids.filter((id) => refills.get(id) ?? read.has(id)));
    if (refills.size + unknown.length > MAX_REFILLS) refills.clear();
    for (const id of unknown) refills.set(id, read.has(id));
    return found;
  }

  /** Locks the offers for share, and returns what their validity is until the transaction ends. */
  async function lockForShare(
    trx: Trx,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Period[]>> {
    return ids.length === 0 ? new Map() : repository.lockForShare(trx, ids);
  }

  return {
    createOffer,
    extendOffer,
    setOfferActive,
    getOffer,
    getVisibleOffer,
    listOffers,
    listVisibleOffers,
    listShownOffers,
    /**
     * All offers of the merchants that rule at some time, also past and future ones, by merchant id. Outside a transaction
     * they may be one second old, but their terms are always right because terms never change.
     */
    findOffers: offersOf.find,
    findActiveOffers,
    findRefilling,
    lockForShare,
  };
}

function summaryOf({ id, terms, startDate, endDate }: Offer): OfferSummary {
  return {
    id,
    cashbackType: terms.type,
    cashbackValue: termsNumber(terms),
    currency: terms.currency,
    monthlyCap: capNumber(terms),
    startDate,
    endDate,
  };
}
