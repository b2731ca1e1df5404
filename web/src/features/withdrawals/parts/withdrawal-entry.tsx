import * as messages from '#messages/withdrawals.ts';
import { Amount } from '#ui/amount.tsx';
import { Badge } from '#ui/badge.tsx';
import { Entry } from '#ui/entry.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import type { Withdrawal } from '../queries.ts';
import { isOut, withdrawalBadge, withdrawalLine } from '../words.ts';

/** A withdrawal in a list. What came back is crossed out. */
export function WithdrawalEntry({ withdrawal }: { readonly withdrawal: Withdrawal }) {
  const t = useMessages(messages);
  const format = useFormat();
  const { id, amount, currency, status } = withdrawal;
  const badge = withdrawalBadge(status, t);
  return (
    <Entry
      place={{ to: '/withdraw/$id', params: { id } }}
      title={t.withdrawal}
      subtitle={withdrawalLine(withdrawal, t, format)}
      value={<Amount value={`-${amount}`} currency={currency} struck={!isOut(withdrawal)} />}
      badge={
        <Badge tone={badge.tone} icon={badge.icon}>
          {badge.text}
        </Badge>
      }
    />
  );
}
