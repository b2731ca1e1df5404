import * as messages from '#messages/holds.ts';
import { Badge } from '#ui/badge.tsx';
import { useMessages } from '#ui/locale.tsx';
import type { HOLD_STATES } from '../queries.ts';

/** Whether a hold waits, or how it ended. */
export function HoldBadge({ status }: { readonly status: (typeof HOLD_STATES)[number] }) {
  const t = useMessages(messages);
  return status === 'open' ? (
    <Badge tone="violet" icon="pause">
      {t.states.open}
    </Badge>
  ) : (
    <Badge tone="grey" icon="check">
      {t.states[status]}
    </Badge>
  );
}
