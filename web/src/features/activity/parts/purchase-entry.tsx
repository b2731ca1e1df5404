import * as messages from '#messages/activity.ts';
import { Amount } from '#ui/amount.tsx';
import { Badge } from '#ui/badge.tsx';
import { Entry } from '#ui/entry.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import type { OwnPurchase } from '../queries.ts';
import { purchaseBadge, purchaseLine } from '../words.ts';

/** A purchase in a list: the shop and its cashback. */
export function PurchaseEntry({ purchase }: { readonly purchase: OwnPurchase }) {
  const t = useMessages(messages);
  const format = useFormat();
  const badge = purchaseBadge(purchase, t);
  return (
    <Entry
      place={{ to: '/activity/$id', params: { id: purchase.id } }}
      title={purchase.merchant_name}
      subtitle={purchaseLine(purchase, t, format)}
      value={
        <Amount
          value={purchase.cashback_amount}
          currency={purchase.currency}
          struck={purchase.cashback_status === 'reversed'}
        />
      }
      badge={
        <Badge tone={badge.tone} icon={badge.icon}>
          {badge.text}
        </Badge>
      }
    />
  );
}
