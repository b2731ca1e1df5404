import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Adjustment } from '#app/client.ts';
import { lazyDialog } from '#app/lazy-dialog.tsx';
import { meQuery, useCan } from '#app/me.ts';
import * as messages from '#messages/adjustments.ts';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import { RowActions } from '#ui/row-actions.tsx';
import { whyNotApprove } from '../words.ts';

const DecideDialog = lazyDialog(async () => (await import('./decide-dialog.tsx')).DecideDialog);

export function AdjustmentActions({ adjustment }: { readonly adjustment: Adjustment }) {
  const t = useMessages(messages);
  const mayAdjust = useCan('wallets:adjust');
  const { data: me } = useQuery(meQuery);
  const [decision, setDecision] = useState<'approve' | 'reject'>();
  if (!mayAdjust || me === undefined || adjustment.status !== 'awaiting_approval') return null;
  const reason = whyNotApprove(adjustment, me, t);
  const what = adjustment.reason;
  return (
    <RowActions>
      <Button
        kind="quiet"
        aria-label={t.rowOf(t.approve, what)}
        aria-disabled={reason !== undefined}
        onClick={() => setDecision('approve')}
      >
        {t.approve}
      </Button>
      <Button kind="quiet" aria-label={t.rowOf(t.reject, what)} onClick={() => setDecision('reject')}>
        {t.reject}
      </Button>
      {reason !== undefined && <span className="px-3 text-small text-muted">{reason}</span>}
      {decision && (
        <DecideDialog adjustment={adjustment} decision={decision} onClose={() => setDecision(undefined)} />
      )}
    </RowActions>
  );
}
