import { useState } from 'react';
import type { Adjustment } from '#app/client.ts';
import { MoneyDialog } from '#app/money-dialog.tsx';
import { toast } from '#app/toasts.tsx';
import * as messages from '#messages/adjustments.ts';
import * as common from '#messages/common.ts';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { TextArea } from '#ui/text-area.tsx';
import { approveAdjustment, rejectAdjustment, useRefreshAdjustments } from '../mutations.ts';

export type DecideDialogProps = {
  readonly adjustment: Adjustment;
  readonly decision: 'approve' | 'reject';
  readonly onClose: () => void;
};

/** A second person decides. A rejection has a reason. */
export function DecideDialog({ adjustment, decision, onClose }: DecideDialogProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const format = useFormat();
  const refresh = useRefreshAdjustments();
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const isApproval = decision === 'approve';
  const amount = format.money(adjustment.amount, adjustment.currency);
  const effect = adjustment.direction === 'debit' ? t.debit : t.credit;
  return (
    <MoneyDialog<unknown>
      title={isApproval ? t.approveTitle : t.rejectTitle}
      confirmLabel={isApproval ? t.approveConfirm(amount) : t.rejectConfirm}
      danger={!isApproval}
      isReady={() => {
        setMissing(true);
        return isApproval || reason.trim() !== '';
      }}
      run={() =>
        (isApproval
          ? approveAdjustment(adjustment.id)
          : rejectAdjustment(adjustment.id, reason.trim())
        ).finally(refresh)
      }
      onDone={() => void toast(isApproval ? t.approved : t.rejected)}
      onClose={onClose}
    >
      <p>{isApproval ? effect(amount) : t.rejectEffect}</p>
      <p className="text-muted">
        {t.reason}: {adjustment.reason}
      </p>
      {!isApproval && (
        <TextArea
          label={t.reason}
          value={reason}
          maxLength={500}
          error={isMissing && reason.trim() === '' ? shared.required : undefined}
          onChange={({ target }) => setReason(target.value)}
        />
      )}
    </MoneyDialog>
  );
}
