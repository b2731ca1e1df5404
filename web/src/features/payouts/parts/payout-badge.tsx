import type { Payout } from '#app/client.ts';
import * as messages from '#messages/payouts.ts';
import { Badge } from '#ui/badge.tsx';
import { useMessages } from '#ui/locale.tsx';
import { PAYOUT_LOOKS } from '../words.ts';

export function PayoutBadge({ status }: { readonly status: Payout['status'] }) {
  const t = useMessages(messages);
  return <Badge {...PAYOUT_LOOKS[status]}>{t.states[status]}</Badge>;
}
