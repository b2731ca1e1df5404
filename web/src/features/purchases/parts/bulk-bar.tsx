import { useState } from 'react';
import { plural } from '#lib/plural.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/purchases.ts';
import { Button } from '#ui/button.tsx';
import { useLocale, useMessages } from '#ui/locale.tsx';
import { type BulkAction, type BulkResult, MOST_AT_ONCE } from '../bulk.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { BulkResults } from './bulk-results.tsx';

export type BulkBarProps = {
  readonly ids: readonly string[];
  /** The decision was made: nothing is chosen any more. */
  readonly onDone: () => void;
};

/** What can be done with the chosen rows, and afterwards what became of each. */
export function BulkBar({ ids, onDone }: BulkBarProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const { locale } = useLocale();
  const [action, setAction] = useState<BulkAction>();
  const [result, setResult] = useState<BulkResult>();
  const count = plural(locale, ids.length, t.bulk.one, t.bulk.several);
  const isTooMany = ids.length > MOST_AT_ONCE;
  return (
    <>
      {ids.length > 0 && (
        <div className="sticky top-16 z-20 flex flex-wrap items-center gap-3 rounded-card border border-line bg-surface px-4 py-2">
          <span role="status" className="font-medium">
            {shared.selected(ids.length)}
          </span>
          {isTooMany && <span className="text-red">{t.bulk.tooMany}</span>}
          <span className="ml-auto flex flex-wrap gap-2">
            <Button kind="quiet" onClick={onDone}>
              {t.bulk.chooseNone}
            </Button>
            <Button kind="danger" aria-disabled={isTooMany} onClick={() => setAction('reverse')}>
              {t.reverse}
            </Button>
            <Button kind="primary" aria-disabled={isTooMany} onClick={() => setAction('confirm')}>
              {t.confirm}
            </Button>
          </span>
        </div>
      )}
      {result && <BulkResults result={result} onClose={() => setResult(undefined)} />}
      {action && (
        <BulkDialog
          ids={ids}
          count={count}
          action={action}
          onDone={(answer) => {
            setResult(answer);
            onDone();
          }}
          onClose={() => setAction(undefined)}
        />
      )}
    </>
  );
}
