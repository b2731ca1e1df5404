import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Failure } from '#app/failure.tsx';
import { meQuery } from '#app/me.ts';
import * as messages from '#messages/purchases.ts';
import { Dialog } from '#ui/dialog.tsx';
import { useLocale, useMessages } from '#ui/locale.tsx';
import type { Action, Timeline } from '../model.ts';
import { timelineQuery } from '../queries.ts';
import { supersededSentence } from '../words.ts';
import { SettleDialog } from './settle-dialog.tsx';

export type DecideDialogProps = {
  readonly purchaseId: string;
  readonly action: Action;
  readonly onSuperseded: (text: string) => void;
  readonly onClose: () => void;
};

/** The review of a decision that was chosen in a list: its figures are read first. */
export function DecideDialog({ purchaseId, action, onSuperseded, onClose }: DecideDialogProps) {
  const {
    data: timeline,
    isFetching,
    error,
    refetch,
  } = useQuery({ ...timelineQuery(purchaseId), staleTime: 0 });
  const { data: me } = useQuery(meQuery);
  const t = useMessages(messages);
  const { locale } = useLocale();
  // The dialog keeps what the person saw when it opened.
  const [seen, setSeen] = useState<Timeline>();
  if (seen === undefined && timeline !== undefined && !isFetching) setSeen(timeline);
  const allowed = seen?.allowed.find((one) => one.action === action);
  const isTooLate = seen !== undefined && allowed === undefined;
  useEffect(() => {
    if (!isTooLate) return;
    onSuperseded(supersededSentence(seen, me?.id, locale));
    onClose();
  });
  if (seen === undefined && error !== null)
    return (
      <Dialog open title={t.happened} onClose={onClose} actions={null}>
        <Failure error={error} onRetry={() => void refetch()} />
      </Dialog>
    );
  if (seen === undefined || allowed === undefined) return null;
  return <SettleDialog timeline={seen} allowed={allowed} onSuperseded={onSuperseded} onClose={onClose} />;
}
