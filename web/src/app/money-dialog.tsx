import type { ReactNode } from 'react';
import * as common from '#messages/common.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useMessages } from '#ui/locale.tsx';
import { useErrorText } from './failure.tsx';
import { useMoneyAction } from './use-money-action.ts';

export type MoneyDialogProps<Result> = {
  readonly title: string;
  /** Names the effect: "Withdraw 152.77 €". */
  readonly confirmLabel: string;
  readonly danger?: boolean;
  /** Sends the action with its `Idempotency-Key`, which stays the same for retries. */
  readonly run: (key: string) => Promise<Result>;
  /** The answer is there: update caches, show a toast. The dialog closes. */
  readonly onDone: (result: Result) => void;
  readonly onClose: () => void;
  /** The caller shows the result in place of the review, so the dialog does not close after `onDone`. */
  readonly staysOpen?: boolean;
  /** For operations without a key: reads the present state before a retry, and throws if the action is done. */
  readonly reread?: () => Promise<unknown>;
  /** Returns false, having shown why, if something is missing in the dialog. */
  readonly isReady?: () => boolean;
  /** The effect in the API's figures. */
  readonly children: ReactNode;
};

/** The last step before money moves. Mount it when review opens: it makes the key then. Busy until the API answers. */
export function MoneyDialog<Result>(props: MoneyDialogProps<Result>) {
  const {
    title,
    confirmLabel,
    danger = false,
    run,
    onDone,
    onClose,
    reread,
    isReady,
    staysOpen = false,
    children,
  } = props;
  const t = useMessages(common);
  const text = useErrorText();
  const done = (result: Result) => {
    onDone(result);
    if (!staysOpen) onClose();
  };
  const { state, submit } = useMoneyAction(run, done, reread);
  const isBusy = state.kind === 'busy';
  return (
    <Dialog
      open
      title={title}
      busy={isBusy}
      onClose={onClose}
      actions={
        <>
          <Button aria-disabled={isBusy} onClick={onClose}>
            {t.cancel}
          </Button>
          <Button
            kind={danger ? 'danger' : 'primary'}
            busy={isBusy}
            onClick={() => {
              if (isReady?.() ?? true) void submit();
            }}
          >
            {state.kind === 'unknown' ? t.retry : confirmLabel}
          </Button>
        </>
      }
    >
      {children}
      <div role="alert">
        {state.kind === 'unknown' && (
          <p className="rounded-control bg-amber-fill px-3 py-2 text-amber">
            {reread ? t.unknownOutcomeReread : t.unknownOutcome}
          </p>
        )}
        {state.kind === 'refused' && (
          <p className="rounded-control bg-red-fill px-3 py-2 text-red">{text(state.error)}</p>
        )}
      </div>
    </Dialog>
  );
}
