import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { MoneyDialog } from '#app/money-dialog.tsx';
import * as messages from '#messages/purchases.ts';
import { useMessages } from '#ui/locale.tsx';
import { type BulkAction, type BulkResult, settleAll } from '../bulk.ts';
import type { ReversalReason } from '../model.ts';
import { ReasonField } from './reason-field.tsx';

export type BulkDialogProps = {
  readonly ids: readonly string[];
  /** In words: "12 purchases". */
  readonly count: string;
  readonly action: BulkAction;
  readonly onDone: (result: BulkResult) => void;
  readonly onClose: () => void;
};

/** Confirms or takes back the chosen purchases. A purchase that was decided before is refused, so a repeat is harmless. */
export function BulkDialog({ ids, count, action, onDone, onClose }: BulkDialogProps) {
  const t = useMessages(messages);
  const queryClient = useQueryClient();
  const [reason, setReason] = useState<ReversalReason>();
  const [isMissing, setMissing] = useState(false);
  const isReversal = action === 'reverse';
  return (
    <MoneyDialog
      title={isReversal ? t.bulk.reverseTitle(count) : t.bulk.confirmTitle(count)}
      confirmLabel={isReversal ? t.bulk.reverse(count) : t.bulk.confirm(count)}
      danger={isReversal}
      isReady={() => {
        setMissing(isReversal && reason === undefined);
        return !isReversal || reason !== undefined;
      }}
      run={() => settleAll(ids, action, reason)}
      reread={() => queryClient.refetchQueries({ queryKey: ['purchases'] })}
      onDone={(result) => {
        void queryClient.invalidateQueries();
        onDone(result);
      }}
      onClose={onClose}
    >
      <p>{isReversal ? t.bulk.effectReverse : t.bulk.effectConfirm}</p>
      {isReversal && (
        <ReasonField
          value={reason}
          onChange={setReason}
          error={isMissing && reason === undefined ? t.dialogs.reasonMissing : undefined}
        />
      )}
    </MoneyDialog>
  );
}
