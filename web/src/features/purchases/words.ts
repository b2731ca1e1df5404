import { createFormat, type Format } from '#lib/format.ts';
import { isNegative, isZero, type Locale } from '#lib/money.ts';
import { de, en } from '#messages/purchases.ts';
import { de as rewardsDe, en as rewardsEn } from '#messages/rewards.ts';
import type { Allowed, HoldReason, Timeline, TimelineEvent } from './model.ts';
import { holdReasonWords } from './reasons.ts';

const TEXTS = { en, de };
const BECAUSE: Readonly<Record<Locale, Readonly<Record<string, string>>>> = {
  en: rewardsEn.because,
  de: rewardsDe.because,
};

type Words = {
  readonly t: typeof en.events;
  readonly locale: Locale;
  readonly format: Format;
  readonly who: string;
  /** A detail of the event as text. */
  readonly detail: (name: string) => string;
  readonly money: (name: string) => string;
  readonly event: TimelineEvent;
};

/** What happened, as a sentence without its full stop. With marks of lib/emphasis. */
export function eventSentence(event: TimelineEvent, currency: string, locale: Locale): string {
  const format = createFormat(locale);
  const t = TEXTS[locale].events;
  const details = (event.evidence ?? {}) as Readonly<Record<string, unknown>>;
  const detail = (name: string) => String(details[name] ?? '');
  const money = (name: string) => format.money(detail(name), currency);
  const who = event.actor.type === 'system' ? t.system : event.actor.label;
  return (
    SENTENCES[event.kind]?.({ t, locale, format, who, detail, money, event }) ??
    t.unknown(event.kind.replaceAll('_', ' '), who)
  );
}

const SENTENCES: Readonly<Record<string, (words: Words) => string>> = {
  recorded: ({ t, who, event }) => (event.actor.type === 'user' ? t.reportedByShopper(who) : t.reported(who)),
  held: ({ t, locale, event }) => {
    const reasons = Array.isArray(event.evidence) ? (event.evidence as HoldReason[]) : [];
    return t.held(
      holdReasonWords(reasons, locale)
        .map(({ text }) => text)
        .join('; '),
    );
  },
  released: ({ t, who }) => t.released(who),
  confirmed: ({ t, who, detail, event }) => {
    const sentence = event.actor.type === 'system' ? t.confirmedAutomatically : t.confirmed(who);
    return detail('awaiting_release') === 'true' ? t.andWaits(sentence) : sentence;
  },
  reward_released: ({ t }) => t.rewardReleased,
  reversed: ({ t, who, locale, event }) => {
    const because = BECAUSE[locale][event.reason ?? ''] ?? '';
    return event.actor.type === 'system' ? t.reversedAutomatically(because) : t.reversed(who, because);
  },
  amended: ({ t, who, money, detail }) =>
    t.amended(money('amount_before'), money('amount'), who, detail('reason')),
  matched: ({ t, who, money, detail }) => t.matched(who, detail('external_id'), money('amount_reported')),
  refilled: ({ t, money }) => t.refilled(money('cashback_amount_before'), money('cashback_amount')),
  statement_kept: ({ t, who, detail }) =>
    t.kept(
      who,
      (t.statements as Readonly<Record<string, string>>)[detail('statement')] ?? detail('statement'),
    ),
  entry: ({ t }) => t.entry,
};

/** What comes next for a pending purchase, or what blocks it. Empty if nothing is to come. */
export function nextSentences({ purchase, next }: Timeline, locale: Locale): readonly string[] {
  const { next: t } = TEXTS[locale];
  if (purchase.status === 'reversed') return [];
  if (next.confirms_on !== null) return [t.confirms(createFormat(locale).date(next.confirms_on))];
  if (next.blocked_by.length > 0) return [t.waits, ...next.blocked_by.map((blocker) => t.blockers[blocker])];
  return purchase.status === 'pending' ? [t.byHand] : [];
}

/** What an action does to the shopper's wallet, in the figures of the API. */
export function effectSentences(
  { action, pending_after, available_after }: Allowed,
  { purchase, reward }: Pick<Timeline, 'purchase' | 'reward'>,
  locale: Locale,
): readonly string[] {
  const { effects: t, dialogs } = TEXTS[locale];
  const money = (decimal: string) => createFormat(locale).money(decimal, purchase.currency);
  if (action === 'release') return [dialogs.releaseEffect];
  if (isZero(reward.amount)) return [t.nothing];
  const isPending = reward.status === 'pending';
  const pending = t.pendingFalls(money(pending_after));
  if (action === 'confirm') return [pending, t.availableRises(money(available_after))];
  if (isPending) return [pending, t.availableStays(money(available_after))];
  const falls = t.availableFalls(money(available_after));
  return isNegative(available_after) ? [falls, t.owes(purchase.user_email)] : [falls];
}

/** Who was faster: the last event that changed the state, in words. */
export function supersededSentence({ events }: Timeline, myId: string | undefined, locale: Locale): string {
  const { superseded: t, you } = TEXTS[locale];
  const last = events.findLast(({ kind }) => ['confirmed', 'reversed', 'released'].includes(kind));
  if (last === undefined) return t.changed;
  const at = createFormat(locale).time(last.at);
  const who = last.actor.id !== null && last.actor.id === myId ? you : last.actor.label;
  return t[last.kind as 'confirmed' | 'reversed' | 'released'](who, at);
}
