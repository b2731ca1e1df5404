export { offerPages } from './pages.ts';
export { NewOffer } from './parts/new-offer.tsx';
export { OfferTimeLine } from './parts/offer-time-line.tsx';
export { offersOfMerchantQuery } from './queries.ts';
export { rateText } from './words.ts';
