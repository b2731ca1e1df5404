import { useState } from 'react';
import { useCan } from '#app/me.ts';
import * as messages from '#messages/purchases.ts';
import { Button } from '#ui/button.tsx';
import { CopyLink } from '#ui/copy-link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Menu } from '#ui/menu.tsx';
import type { Action, Allowed, Timeline } from '../model.ts';
import { AmendDialog } from './amend-dialog.tsx';
import { MatchDialog } from './match-dialog.tsx';
import { SettleDialog } from './settle-dialog.tsx';

export type PurchaseActionsProps = {
  readonly timeline: Timeline;
  /** Another reviewer was faster: in words, who did what. */
  readonly onSuperseded: (text: string) => void;
};

/** What can be done with a purchase now. What the role lacks is absent. */
export function PurchaseActions({ timeline, onSuperseded }: PurchaseActionsProps) {
  const t = useMessages(messages);
  const canSettle = useCan('purchases:settle');
  // A dialog keeps what the person saw when it opened: the decision is about that.
  const [open, setOpen] = useState<Allowed>();
  const [form, setForm] = useState<'amend' | 'match'>();
  const [seen, setSeen] = useState(timeline);
  const { allowed } = timeline;
  const review = (action: Action) => {
    setSeen(timeline);
    setOpen(allowed.find((one) => one.action === action));
  };
  const isOver = timeline.purchase.status === 'reversed';
  const offers = (action: Action) => canSettle && allowed.some((one) => one.action === action);
  return (
    <>
      <CopyLink />
      <Menu
        label={t.more}
        icon="more"
        groups={[
          [{ label: t.print, onSelect: () => window.print() }],
          ...(canSettle
            ? [
                [
                  { label: t.amend, disabled: isOver, onSelect: () => setForm('amend') },
                  { label: t.match, disabled: isOver, onSelect: () => setForm('match') },
                ],
              ]
            : []),
        ]}
      />
      {canSettle && (
        <Button
          kind="danger"
          aria-disabled={isOver}
          title={isOver ? t.alreadyReversed : undefined}
          onClick={() => review('reverse')}
        >
          {t.reverse}
        </Button>
      )}
      {offers('release') && <Button onClick={() => review('release')}>{t.release}</Button>}
      {offers('confirm') && (
        <Button kind="primary" onClick={() => review('confirm')}>
          {t.confirm}
        </Button>
      )}
      {open && (
        <SettleDialog
          timeline={seen}
          allowed={open}
          onSuperseded={onSuperseded}
          onClose={() => setOpen(undefined)}
        />
      )}
      {form === 'amend' && <AmendDialog timeline={timeline} onClose={() => setForm(undefined)} />}
      {form === 'match' && <MatchDialog timeline={timeline} onClose={() => setForm(undefined)} />}
    </>
  );
}
