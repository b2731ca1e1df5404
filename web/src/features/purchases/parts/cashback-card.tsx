import * as messages from '#messages/purchases.ts';
import { Amount } from '#ui/amount.tsx';
import { Badge } from '#ui/badge.tsx';
import { Card } from '#ui/card.tsx';
import { useMessages } from '#ui/locale.tsx';
import type { Timeline } from '../model.ts';
import { RewardBadge } from './reward-badge.tsx';

/** What the purchase earned, and what became of it. */
export function CashbackCard({ timeline: { purchase, reward, payouts } }: { readonly timeline: Timeline }) {
  const t = useMessages(messages);
  const { currency } = purchase;
  const isReversed = reward.status === 'reversed';
  return (
    <Card title={t.cashback}>
      <p className="flex flex-wrap items-baseline gap-x-3 text-figure font-strong">
        {isReversed && (
          <span className="text-lead font-normal">
            <Amount value={reward.amount} currency={currency} struck />
          </span>
        )}
        <Amount value={isReversed ? '0' : reward.amount} currency={currency} />
      </p>
      <p className="mt-2 flex flex-wrap gap-1.5">
        <RewardBadge status={reward.status} />
        {purchase.awaiting_release && <Badge tone="amber">{t.waitsForRoom}</Badge>}
        {payouts.some(({ status }) => status === 'completed') && (
          <Badge tone="blue" icon="arrow">
            {t.paidOut}
          </Badge>
        )}
      </p>
    </Card>
  );
}
