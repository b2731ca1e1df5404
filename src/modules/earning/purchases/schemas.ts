import Type from 'typebox';
import { Money } from '../../../core/http/schemas.ts';

export const ExternalId = Type.String({
  minLength: 1,
  maxLength: 255,
  description:
    'Your id of the purchase, and its idempotency key. Returns 409 if the purchase exists already; it is rewarded once.',
  examples: ['order-2026-000123'],
});

/** White space around it and invisible characters do not count. */
export const ExternalIdInput = Type.String({ ...ExternalId, format: 'identifier' });

/** The maximum size of a list of reports or settlements. */
export const BATCH_LIMIT_BYTES = 1024 * 1024;
export const MAX_BATCH_ITEMS = 1_000;

export const PurchaseStatus = Type.Enum(['pending', 'confirmed', 'reversed'], { examples: ['pending'] });

export const CashbackStatus = Type.Enum(['pending', 'available', 'reversed'], { examples: ['pending'] });

export const OriginalAmount = Type.String({
  ...Money,
  description: 'The amount that was recorded first. `amount` is the present one.',
});

export const RevisionNumber = Type.Integer({
  description: 'The number of amendments. 0 for a purchase as it was recorded.',
  examples: [0],
});
