import { useState } from 'react';
import { MoneyDialog } from '#app/money-dialog.tsx';
import { toast } from '#app/toasts.tsx';
import * as messages from '#messages/purchases.ts';
import { useFormat, useLocale, useMessages } from '#ui/locale.tsx';
import { Sentence } from '#ui/sentence.tsx';
import type { Allowed, ReversalReason, Timeline } from '../model.ts';
import { useSettle } from '../use-settle.ts';
import { effectSentences } from '../words.ts';
import { ReasonField } from './reason-field.tsx';

export type SettleDialogProps = {
  readonly timeline: Timeline;
  readonly allowed: Allowed;
  readonly onSuperseded: (text: string) => void;
  readonly onClose: () => void;
};

/** Confirms, releases or takes back a purchase. States first what it does to the shopper's wallet. */
export function SettleDialog({ timeline, allowed, onSuperseded, onClose }: SettleDialogProps) {
  const t = useMessages(messages);
  const { locale } = useLocale();
  const format = useFormat();
  const { decide, reread } = useSettle(timeline);
  const [reason, setReason] = useState<ReversalReason>();
  const [isMissing, setMissing] = useState(false);
  const amount = format.money(timeline.reward.amount, timeline.purchase.currency);
  const { action } = allowed;
  const words = {
    confirm: { title: t.dialogs.confirmTitle(amount), label: t.dialogs.confirmButton(amount) },
    release: { title: t.dialogs.releaseTitle, label: t.dialogs.releaseButton },
    reverse: { title: t.dialogs.reverseTitle(amount), label: t.dialogs.reverseButton(amount) },
  }[action];
  const done = { confirm: t.done.confirm(amount), release: t.done.release, reverse: t.done.reverse(amount) };
  return (
    <MoneyDialog
      title={words.title}
      confirmLabel={words.label}
      danger={action === 'reverse'}
      reread={reread}
      isReady={() => {
        setMissing(action === 'reverse' && reason === undefined);
        return action !== 'reverse' || reason !== undefined;
      }}
      run={() => decide(action, reason)}
      onDone={({ superseded }) => {
        if (superseded === undefined) void toast(done[action]);
        else onSuperseded(superseded);
      }}
      onClose={onClose}
    >
      <div className="grid gap-1">
        {effectSentences(allowed, timeline, locale).map((sentence) => (
          <p key={sentence}>
            <Sentence>{sentence}</Sentence>
          </p>
        ))}
      </div>
      {action === 'reverse' && (
        <ReasonField
          value={reason}
          onChange={setReason}
          error={isMissing && reason === undefined ? t.dialogs.reasonMissing : undefined}
        />
      )}
    </MoneyDialog>
  );
}
