import { type Clock, utcDate } from '../../core/clock.ts';
import { type Database, type Db, violates } from '../../core/database.ts';
import { notFound, unsupportedCurrency } from '../../core/errors.ts';
import { newId } from '../../core/id.ts';
import type { PageOf, PageRequest } from '../../core/page.ts';
import type { Actor, AuditClient } from '../audit/index.ts';
import type { MerchantClient } from '../merchants/index.ts';
import { activeOfferAlreadyExists } from './errors.ts';
import type { Offer, OfferFilter, OfferOfMerchant } from './model.ts';
import { type OfferProposal, requireSoundTerms } from './policies.ts';
import type { OfferRepository } from './repository.ts';

export type OfferService = ReturnType<typeof offerService>;

export function offerService(deps: {
  database: Database;
  clock: Clock;
  repository: OfferRepository;
  merchants: MerchantClient;
  audit: AuditClient;
  supportedCurrencies: readonly string[];
  maxCashbackPercentage: number;
}) {
  const { database, clock, repository, merchants, audit, supportedCurrencies, maxCashbackPercentage } = deps;

  const today = () => utcDate(clock()).toString();

  /** @throws UNSUPPORTED_CURRENCY, VALIDATION_ERROR, NOT_FOUND, MERCHANT_NOT_ACTIVE or ACTIVE_OFFER_ALREADY_EXISTS. */
  async function createOffer(proposal: OfferProposal, actor: Actor): Promise<Offer> {
    if (!supportedCurrencies.includes(proposal.currency)) {
      throw unsupportedCurrency({ currency: proposal.currency, supported: supportedCurrencies });
    }
    const terms = requireSoundTerms(proposal, { maxCashbackPercentage, today: today() });
    const { merchantId, startDate, endDate } = proposal;
    const id = newId();
    const offer = { id, merchantId, terms: { ...terms, offerId: id }, startDate, endDate, active: true };
    return refusingOverlap(offer, () =>
      database.transaction(async (trx) => {
        await merchants.requireActiveMerchant(trx, merchantId);
        await repository.insert(trx, offer, clock());
        await audit.record(trx, [
          {
            actor,
            action: 'offer.created',
            resourceType: 'offer',
            resourceId: id,
            details: {
              merchant_id: merchantId,
              cashback_type: proposal.cashbackType,
              cashback_value: proposal.cashbackValue,
              monthly_cap: proposal.monthlyCap,
              start_date: startDate,
              end_date: endDate,
            },
          },
        ]);
        return offer;
      }),
    );
  }

  async function setOfferActive(id: string, active: boolean, actor: Actor): Promise<Offer> {
    const offer = await getOffer(id);
    return refusingOverlap(offer, () =>
      database.transaction(async (trx) => {
        const changed = await repository.setActive(trx, id, active);
        if (changed === undefined) throw offerNotFound(id);
        const action = active ? 'offer.activated' : 'offer.deactivated';
        await audit.record(trx, [{ actor, action, resourceType: 'offer', resourceId: id }]);
        return changed;
      }),
    );
  }

  /** The exclusion constraint decides, also between two concurrent requests; here it gets its meaning. */
  async function refusingOverlap<T>(offer: Offer, change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } catch (error) {
      if (!violates(error, 'offers_one_active_at_a_time')) throw error;
      const { merchantId, startDate, endDate } = offer;
      const overlapping = await repository.findActive(database.db, [merchantId], startDate, endDate);
      const holder = overlapping.find(({ id }) => id !== offer.id);
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
    if (offer === undefined) throw offerNotFound(id);
    return offer;
  }

  /** An offer as a shopper may see it; what they may not see is missing. */
  async function getVisibleOffer(id: string): Promise<OfferOfMerchant> {
    const offer = await repository.find(database.db, id, today());
    if (offer === undefined) throw offerNotFound(id);
    return offer;
  }

  function listOffers(filter: OfferFilter, page: PageRequest): Promise<PageOf<OfferOfMerchant>> {
    return repository.list(database.db, filter, page);
  }

  function listVisibleOffers(filter: OfferFilter, page: PageRequest): Promise<PageOf<OfferOfMerchant>> {
    return repository.list(database.db, { ...filter, visibleOn: today() }, page);
  }

  /** The active offers of these merchants that are valid on some day from `from` to `to` (`YYYY-MM-DD`). */
  async function findActiveOffers(
    db: Db,
    merchantIds: readonly string[],
    from: string,
    to: string,
  ): Promise<Offer[]> {
    return repository.findActive(db, merchantIds, from, to);
  }

  return {
    createOffer,
    setOfferActive,
    getOffer,
    getVisibleOffer,
    listOffers,
    listVisibleOffers,
    findActiveOffers,
  };
}

function offerNotFound(id: string) {
  return notFound({ resource_type: 'offer', resource_id: id });
}
