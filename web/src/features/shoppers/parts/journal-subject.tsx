import type { Answer } from '#app/client.ts';
import * as messages from '#messages/shoppers.ts';
import { Link, type Place } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';

type Entry = Answer<'/users/{id}/wallet/transactions', 'get'>['data'][number];

/** What an entry is about, with the way to it. */
export function JournalSubject({ entry }: { readonly entry: Entry }) {
  const t = useMessages(messages);
  const text = t.journal.types[entry.type];
  const place = placeOf(entry);
  return (
    <span className="grid">
      {place === undefined ? <span>{text}</span> : <Link {...place}>{text}</Link>}
      {(entry.merchant_name ?? entry.reason) !== null && (
        <span className="text-small text-muted">{entry.merchant_name ?? entry.reason}</span>
      )}
    </span>
  );
}

function placeOf({
  related_purchase_id,
  related_payout_id,
  related_adjustment_id,
}: Entry): Place | undefined {
  if (related_purchase_id !== null) return { to: '/purchases/$id', params: { id: related_purchase_id } };
  if (related_payout_id !== null) return { to: '/payouts/$id', params: { id: related_payout_id } };
  return related_adjustment_id === null ? undefined : { to: '/adjustments' };
}
