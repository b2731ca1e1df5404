import { type KeyboardEvent, useState } from 'react';
import { ListPage } from '#app/list-page.tsx';
import { useCan } from '#app/me.ts';
import { type Action, DecideDialog } from '#features/purchases/index.ts';
import { hasShortcuts } from '#lib/preferences.ts';
import * as messages from '#messages/holds.ts';
import { ButtonLink } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Notice } from '#ui/notice.tsx';
import { HoldFilterBar } from '../parts/hold-filter-bar.tsx';
import { useHoldColumns } from '../parts/use-hold-columns.tsx';
import { holdFilters, holdsQuery } from '../queries.ts';

const KEYS: Readonly<Record<string, Action>> = { c: 'confirm', r: 'reverse', l: 'release' };

/** The review queue: what waits longest comes first, and each decision is one key or one click away. */
export function HoldsPage() {
  const t = useMessages(messages);
  const canDecide = useCan('purchases:settle');
  const [open, setOpen] = useState<{ readonly purchaseId: string; readonly action: Action }>();
  const [superseded, setSuperseded] = useState<string>();
  const decide = (purchaseId: string, action: Action) => {
    setSuperseded(undefined);
    setOpen({ purchaseId, action });
  };
  const columns = useHoldColumns(canDecide ? decide : undefined);

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    const action = KEYS[event.key];
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-row]')?.dataset.row;
    if (action === undefined || row === undefined || !canDecide || !hasShortcuts()) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    decide(row, action);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: shortcuts of the rows inside, beside their buttons.
    <div onKeyDown={onKeyDown} className="grid gap-5">
      <ListPage
        title={t.title}
        filters={holdFilters}
        query={holdsQuery}
        filterBar={(filters, set) => <HoldFilterBar filters={filters} set={set} />}
        empty={t.empty}
        emptyAction={<ButtonLink to="/purchases">{t.clear}</ButtonLink>}
        rowId={({ purchase_id }) => purchase_id}
        rowLink={({ purchase_id }) => ({ to: '/purchases/$id', params: { id: purchase_id } })}
        columns={columns}
      >
        {superseded !== undefined && <Notice onClose={() => setSuperseded(undefined)}>{superseded}</Notice>}
      </ListPage>
      {canDecide && <p className="no-print text-small text-muted max-sm:hidden">{t.keys}</p>}
      {open && (
        <DecideDialog
          key={`${open.purchaseId} ${open.action}`}
          {...open}
          onSuperseded={setSuperseded}
          onClose={() => setOpen(undefined)}
        />
      )}
    </div>
  );
}
