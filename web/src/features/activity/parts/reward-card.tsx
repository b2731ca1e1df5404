import * as messages from '#messages/activity.ts';
import { Badge } from '#ui/badge.tsx';
import { Card } from '#ui/card.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import type { OwnPurchaseDetail } from '../queries.ts';
import { purchaseBadge, purchaseLine, purchaseOf } from '../words.ts';

/** The cashback in large, and its state. */
export function RewardCard({ detail }: { readonly detail: OwnPurchaseDetail }) {
  const t = useMessages(messages);
  const format = useFormat();
  const { reward, purchase } = detail;
  const isReversed = reward.status === 'reversed';
  const amount = format.money(reward.amount, purchase.currency);
  const badge = purchaseBadge(purchaseOf(detail), t);
  return (
    <Card>
      <h2 className="text-muted">{t.yourCashback}</h2>
      <p className="amount text-hero font-strong tracking-tight">
        {isReversed ? <s className="text-muted">{amount}</s> : amount}
      </p>
      <p className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone={badge.tone} icon={badge.icon}>
          {badge.text}
        </Badge>
        <span className="text-muted">{purchaseLine(purchaseOf(detail), t, format)}</span>
      </p>
    </Card>
  );
}
