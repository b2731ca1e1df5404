import { lazyDialog } from '#app/lazy-dialog.tsx';

/** The dialog for a new offer, loaded when it opens. */
export const NewOffer = lazyDialog(async () => (await import('./new-offer-dialog.tsx')).NewOfferDialog);
