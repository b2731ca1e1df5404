import * as messages from '#messages/activity.ts';
import { Amount } from '#ui/amount.tsx';
import { Entry } from '#ui/entry.tsx';
import type { Place } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import type { Movement } from '../queries.ts';
import { movementWords } from '../words.ts';

/** A movement of money. What is about pending cashback changes no balance, so it has none. */
export function MovementEntry({
  movement,
  currency,
}: {
  readonly movement: Movement;
  readonly currency: string;
}) {
  const t = useMessages(messages);
  const format = useFormat();
  const { title, about, change } = movementWords(movement, t);
  const day = format.shortDate(movement.created_at);
  return (
    <Entry
      place={placeOf(movement)}
      title={title}
      subtitle={about === null ? day : `${about} · ${day}`}
      value={
        change === undefined ? (
          <span className="text-muted">
            <Amount value={movement.amount} currency={currency} />
          </span>
        ) : (
          <Amount value={change} currency={currency} signed />
        )
      }
      badge={
        <span className="amount text-small text-muted">
          {change === undefined
            ? t.stillPending
            : t.balance(format.money(movement.available_after, currency))}
        </span>
      }
    />
  );
}

function placeOf({
  related_purchase_id: purchaseId,
  related_payout_id: payoutId,
}: Movement): Place | undefined {
  if (purchaseId !== null) return { to: '/activity/$id', params: { id: purchaseId } };
  return payoutId === null ? undefined : { to: '/withdraw/$id', params: { id: payoutId } };
}
