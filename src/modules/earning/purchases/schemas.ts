import Type from 'typebox';

export const ExternalId = Type.String({
  minLength: 1,
  maxLength: 255,
  description:
    'Your id of the purchase, and its idempotency key. Returns 409 if the purchase exists already; it is rewarded once.',
  examples: ['order-2026-000123'],
});

/** The maximum size of a list of reports or settlements. */
export const BATCH_LIMIT_BYTES = 1024 * 1024;
export const MAX_BATCH_ITEMS = 1_000;

export const PurchaseStatus = Type.Enum(['pending', 'confirmed', 'reversed'], { examples: ['pending'] });
