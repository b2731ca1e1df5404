import * as messages from '#messages/purchases.ts';
import { Amount } from '#ui/amount.tsx';
import { Card } from '#ui/card.tsx';
import { CopyText } from '#ui/copy-text.tsx';
import { type Fact, Facts } from '#ui/facts.tsx';
import { Link } from '#ui/link.tsx';
import { type useFormat as format, useFormat, useMessages } from '#ui/locale.tsx';
import { Time } from '#ui/time.tsx';
import type { Timeline } from '../model.ts';

/** Names, numbers and links. */
export function FactsCard({ timeline }: { readonly timeline: Timeline }) {
  const t = useMessages(messages);
  const format = useFormat();
  const { purchase, sources } = timeline;
  const names = t.factNames;
  const facts: Fact[] = [
    { label: names.order, value: <CopyText value={purchase.external_id} /> },
    ...(purchase.order_reference === null
      ? []
      : [{ label: names.reference, value: <CopyText value={purchase.order_reference} /> }]),
    {
      label: names.partner,
      value:
        purchase.partner_id === null ? (
          t.noPartner
        ) : (
          <Link to="/partners/$id" params={{ id: purchase.partner_id }}>
            {purchase.partner_name ?? purchase.partner_id}
          </Link>
        ),
    },
    {
      label: names.shopper,
      value: (
        <Link to="/shoppers/$id" params={{ id: purchase.user_id }}>
          {purchase.user_email}
        </Link>
      ),
    },
    {
      label: names.merchant,
      value: (
        <Link to="/merchants/$id" params={{ id: purchase.merchant_id }}>
          {purchase.merchant_name}
        </Link>
      ),
    },
    { label: names.terms, value: termsOf(timeline, t, format) },
    { label: names.bought, value: <Time at={purchase.purchased_at} /> },
    { label: names.reported, value: <Time at={purchase.created_at} /> },
    ...sources.map(({ source, external_id, amount, reported_at }) => ({
      label: `${names.alsoReported} ${t.sources[source]}`,
      value: (
        <>
          {external_id} · <Amount value={amount} currency={purchase.currency} /> ·{' '}
          <Time at={reported_at} as="date" />
        </>
      ),
    })),
    { label: names.id, value: <CopyText value={purchase.id} /> },
  ];
  return (
    <Card title={t.facts}>
      <Facts facts={facts} />
    </Card>
  );
}

function termsOf(
  { purchase, reward }: Timeline,
  t: typeof messages.en,
  { percent, money }: ReturnType<typeof format>,
): string {
  const terms =
    reward.type === 'percent' ? percent(reward.value) : t.termsFixed(money(reward.exact, purchase.currency));
  return reward.monthly_cap === null
    ? terms
    : t.termsCapped(terms, money(reward.monthly_cap, purchase.currency));
}
