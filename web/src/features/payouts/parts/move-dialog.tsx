import { useRef, useState } from 'react';
import type { Payout } from '#app/client.ts';
import { MoneyDialog } from '#app/money-dialog.tsx';
import { toast } from '#app/toasts.tsx';
import * as common from '#messages/common.ts';
import * as messages from '#messages/payouts.ts';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { TextArea } from '#ui/text-area.tsx';
import { TextField } from '#ui/text-field.tsx';
import { movePayout, readPayout, useRefreshPayouts } from '../mutations.ts';
import { type Move, moveTexts } from '../words.ts';

export type MoveDialogProps = {
  readonly payout: Payout;
  readonly move: Move;
  readonly onClose: () => void;
};

/** The last step before a payout changes its state. A completion has a reference; a failure and a return have a reason. */
export function MoveDialog({ payout, move, onClose }: MoveDialogProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const format = useFormat();
  const refresh = useRefreshPayouts();
  const [typed, setTyped] = useState('');
  const [isMissing, setMissing] = useState(false);
  const isRetry = useRef(false);
  const texts = moveTexts(move, format.money(payout.amount, payout.currency), t);
  const text = typed.trim();
  const field = {
    value: typed,
    onChange: ({ target }: { readonly target: { readonly value: string } }) => setTyped(target.value),
    error: isMissing && text === '' ? shared.required : undefined,
  };
  return (
    <MoneyDialog
      title={texts.title}
      confirmLabel={texts.confirm}
      danger={move === 'failed' || move === 'returned'}
      isReady={() => {
        setMissing(true);
        return move === 'processing' || text !== '';
      }}
      run={async () => {
        const present = isRetry.current ? await readPayout(payout.id) : payout;
        if (present.status === move) return present;
        isRetry.current = true;
        return movePayout(payout.id, {
          status: move,
          ...(move === 'completed' && { external_reference: text }),
          ...((move === 'failed' || move === 'returned') && { reason: text }),
        }).finally(refresh);
      }}
      onDone={() => void toast(t.done[move])}
      onClose={onClose}
    >
      <p>{texts.effect}</p>
      {move === 'completed' && (
        <TextField label={t.reference} hint={t.referenceHint} autoComplete="off" maxLength={255} {...field} />
      )}
      {(move === 'failed' || move === 'returned') && (
        <TextArea label={t.reason} hint={t.reasonHint} maxLength={500} {...field} />
      )}
    </MoneyDialog>
  );
}
