import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { MoneyDialog } from '#app/money-dialog.tsx';
import { api } from '#app/page-kit.ts';
import { toast } from '#app/toasts.tsx';
import * as messages from '#messages/purchases.ts';
import { useMessages } from '#ui/locale.tsx';
import { TextField } from '#ui/text-field.tsx';
import type { HoldReason, Timeline } from '../model.ts';
import { timelineQuery } from '../queries.ts';

export type MatchDialogProps = { readonly timeline: Timeline; readonly onClose: () => void };

/** Says that two purchases are one order. Begins with the purchase that a rule of the hold found. */
export function MatchDialog({ timeline, onClose }: MatchDialogProps) {
  const t = useMessages(messages);
  const queryClient = useQueryClient();
  const [otherId, setOtherId] = useState(() => foundByHold(timeline));
  const [reason, setReason] = useState('');
  const [isChecked, setChecked] = useState(false);
  const { id } = timeline.purchase;
  return (
    <MoneyDialog
      title={t.dialogs.matchTitle}
      confirmLabel={t.dialogs.matchButton}
      isReady={() => {
        setChecked(true);
        return otherId.trim() !== '' && reason.trim() !== '';
      }}
      run={() =>
        api.post('/purchases/{id}/match', {
          params: { path: { id } },
          body: { purchase_id: otherId.trim(), reason: reason.trim() },
        })
      }
      reread={() => queryClient.fetchQuery({ ...timelineQuery(id), staleTime: 0 })}
      onDone={() => {
        void queryClient.invalidateQueries();
        void toast(t.done.match);
      }}
      onClose={onClose}
    >
      <TextField
        label={t.dialogs.otherId}
        hint={t.dialogs.otherIdHint}
        value={otherId}
        onChange={({ target }) => setOtherId(target.value)}
        error={isChecked && otherId.trim() === '' ? t.dialogs.otherIdMissing : undefined}
      />
      <TextField
        label={t.dialogs.why}
        hint={t.dialogs.whyHint}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
        error={isChecked && reason.trim() === '' ? t.dialogs.whyMissing : undefined}
      />
    </MoneyDialog>
  );
}

function foundByHold({ events }: Timeline): string {
  const reasons = events.find(({ kind }) => kind === 'held')?.evidence;
  if (!Array.isArray(reasons)) return '';
  const other = (reasons as HoldReason[]).find(({ evidence }) => typeof evidence.purchase_id === 'string');
  return String(other?.evidence.purchase_id ?? '');
}
