import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '#app/loaded.tsx';
import { MoneyDialog } from '#app/money-dialog.tsx';
import * as messages from '#messages/payouts.ts';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { TextField } from '#ui/text-field.tsx';
import { takePayouts, useRefreshPayouts } from '../mutations.ts';
import { MOST_TAKEN, takeableQuery } from '../queries.ts';
import { type Taken, takenOf } from '../taken.ts';

const USUAL = '20';

export type TakeOldestDialogProps = {
  readonly onTaken: (taken: Taken) => void;
  readonly onClose: () => void;
};

/** Takes the oldest of the queue, as they were when the dialog opened. */
export function TakeOldestDialog({ onTaken, onClose }: TakeOldestDialogProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const refresh = useRefreshPayouts();
  const takeable = useQuery(takeableQuery());
  const [typed, setTyped] = useState(USUAL);
  const [isWrong, setWrong] = useState(false);
  const rows = takeable.data?.data ?? [];
  const wanted = countOf(typed);
  const ids = rows.slice(0, wanted ?? 0).map(({ id }) => id);
  return (
    <MoneyDialog
      title={t.takeOldestTitle}
      confirmLabel={ids.length === 0 ? t.take : t.takeSelected(ids.length)}
      isReady={() => {
        setWrong(wanted === undefined);
        return ids.length > 0;
      }}
      run={() => takePayouts(ids)}
      onDone={(results) => {
        refresh();
        onTaken(takenOf(results));
      }}
      onClose={onClose}
    >
      <TextField
        label={t.takeCount}
        hint={t.takeCountHint}
        error={isWrong ? t.takeCountWrong : undefined}
        inputMode="numeric"
        autoComplete="off"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        onFocus={({ target }) => target.select()}
      />
      <Loaded query={takeable}>
        {({ data: [oldest] }) =>
          oldest === undefined ? (
            <p className="text-muted">{t.takeNone}</p>
          ) : (
            <p>
              {t.oldestWaits(format.age(oldest.requested_at))} {ids.length > 0 && t.takeEffect(ids.length)}
            </p>
          )
        }
      </Loaded>
    </MoneyDialog>
  );
}

function countOf(typed: string): number | undefined {
  const counts = Array.from({ length: MOST_TAKEN }, (_, index) => index + 1);
  return counts.find((count) => String(count) === typed.trim());
}
