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

/** Compared by letters and digits alone, without case. */
export const OrderReferenceInput = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '[\\p{L}\\p{N}]',
  mustBe: 'text with a letter or a digit',
  description:
    "The shop's own number of the order. Send it, so that an order that several sources report is rewarded once. Only letters and digits are compared, without case.",
  examples: ['#1001'],
});

export const OrderReference = Type.Union([Type.String({ examples: ['1001'] }), Type.Null()], {
  description:
    "The shop's number of the order, in lower case, letters and digits only. Null if it was not reported.",
});

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
