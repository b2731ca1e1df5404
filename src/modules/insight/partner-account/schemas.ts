import Type from 'typebox';
import { CalendarDate } from '../../../core/http/schemas.ts';
import { KeyBody, PartnerBody, presentKey, presentPartner } from '../../identity/partners/index.ts';
import type { PartnerAccount, Usage } from './service.ts';

const UsageBody = Type.Object({
  since: Type.String({ ...CalendarDate, description: 'The first day (UTC).' }),
  purchases: Type.Integer({
    description: 'The number of purchases that you reported as their first source. Exact up to 10,000.',
    examples: [1042],
  }),
  is_estimate: Type.Boolean({ description: 'Whether `purchases` is an estimate.' }),
});

export const PartnerAccountBody = Type.Object({
  ...PartnerBody.properties,
  key: Type.Object(KeyBody.properties, { description: 'The key of this request.' }),
  limits: Type.Object({
    purchases_per_minute: Type.Integer({
      description: 'The number of purchases that you may report per minute. Each item of a batch counts.',
      examples: [1_000_000],
    }),
    items_per_batch: Type.Integer({
      description: 'The maximum number of items of a batch.',
      examples: [1_000],
    }),
  }),
  usage: Type.Object({ today: UsageBody, this_month: UsageBody }),
  refused_share: Type.Union([Type.Number({ minimum: 0, maximum: 1, examples: [0.0132] }), Type.Null()], {
    description:
      'The part of your reports in the last 24 hours that a rule refused, from 0 to 1. Null without a report.',
  }),
});

export function presentPartnerAccount({ partner, key, limits, usage, refusedShare }: PartnerAccount) {
  return {
    ...presentPartner(partner),
    key: presentKey(key),
    limits: {
      purchases_per_minute: limits.purchasesPerMinute,
      items_per_batch: limits.itemsPerBatch,
    },
    usage: { today: presentUsage(usage.today), this_month: presentUsage(usage.thisMonth) },
    refused_share: refusedShare,
  };
}

function presentUsage({ since, purchases, isEstimate }: Usage) {
  return { since, purchases, is_estimate: isEstimate };
}
