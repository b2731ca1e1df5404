import { createFormat, type Format } from '#lib/format.ts';
import type { Locale } from '#lib/money.ts';
import { de, en } from '#messages/purchases.ts';
import type { HoldReason } from './model.ts';

/** Why a purchase is held, and the other purchase that the rule found. */
export type ReasonWords = { readonly text: string; readonly purchaseId?: string };

type Words = {
  readonly t: typeof en.reasons;
  readonly format: Format;
  /** A value of the evidence as text. */
  readonly value: (name: string) => string;
  readonly money: (name: string) => string;
};

/** What each rule found, as the end of a sentence. A rule may have found several things. */
export function holdReasonWords(reasons: readonly HoldReason[], locale: Locale): readonly ReasonWords[] {
  const format = createFormat(locale);
  const t = { en, de }[locale].reasons;
  return reasons.flatMap(({ rule, evidence }) => {
    const value = (name: string) => String(evidence[name] ?? '');
    const money = (name: string) => format.money(value(name), value('currency'));
    const words = SENTENCES[rule];
    const texts = words?.({ t, format, value, money }) ?? [t.unknown(rule)];
    const other = evidence.purchase_id;
    return texts.map((text) => (typeof other === 'string' ? { text, purchaseId: other } : { text }));
  });
}

const SENTENCES: Readonly<Record<string, (words: Words) => string[]>> = {
  self_report: ({ t }) => [t.self_report],
  above_ceiling: aboveCeiling,
  purchases_per_user_day: ({ t, format, value }) => [
    t.purchases_per_user_day(value('more_than'), format.date(value('day'))),
  ],
  amount_above_user_usual: ({ t, value, money }) => [
    t.amount_above_user_usual(money('amount'), value('more_than_times'), money('usual_amount')),
  ],
  amount_above_merchant_usual: ({ t, value, money }) => [
    t.amount_above_merchant_usual(money('amount'), value('more_than_times'), money('usual_amount')),
  ],
  repeated_order: ({ t, format, value, money }) => [
    t.repeated_order(value('users_at_least'), money('amount'), format.date(value('day'))),
  ],
  same_order: ({ t, money }) => [t.same_order(money('amount'))],
  similar_order: ({ t, money }) => [t.similar_order(money('amount'))],
  order_of_another_user: ({ t, money }) => [t.order_of_another_user(money('amount'))],
};

function aboveCeiling({ t, format, value, money }: Words): string[] {
  const scope = (name: string) => (t.scopes as Readonly<Record<string, string>>)[value(name)] ?? '';
  return [
    ...(value('max_amount') === ''
      ? []
      : [t.maxAmount(money('amount'), money('max_amount'), scope('max_amount_scope'))]),
    ...(value('max_cashback_amount') === ''
      ? []
      : [
          t.maxReward(
            money('cashback_amount'),
            money('max_cashback_amount'),
            scope('max_cashback_amount_scope'),
          ),
        ]),
    ...(value('max_daily_pending') === ''
      ? []
      : [
          t.maxDay(
            format.date(value('day')),
            money('daily_pending'),
            money('max_daily_pending'),
            scope('max_daily_pending_scope'),
          ),
        ]),
  ];
}
