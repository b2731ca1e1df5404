import { useErrorText } from '#app/failure.tsx';
import * as messages from '#messages/purchases.ts';
import { Badge } from '#ui/badge.tsx';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { Link } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import type { BulkResult } from '../bulk.ts';
import { useOrderNumbers } from '../use-order-numbers.ts';

export type BulkResultsProps = { readonly result: BulkResult; readonly onClose: () => void };

/** What became of each purchase. What was refused comes first. */
export function BulkResults({ result: { results }, onClose }: BulkResultsProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const text = useErrorText();
  const numberOf = useOrderNumbers();
  const refused = results.filter(({ error }) => error !== undefined);
  const done = results.filter(({ error }) => error === undefined);
  return (
    <Card
      title={t.bulk.result(format.count(done.length), format.count(refused.length))}
      actions={
        <Button kind="quiet" icon="cross" onClick={onClose}>
          {t.bulk.close}
        </Button>
      }
    >
      <ul role="status" className="grid max-h-72 gap-2 overflow-y-auto">
        {[...refused, ...done].map(({ purchase_id: id, external_id, error }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Badge tone={error ? 'red' : 'green'} icon={error ? 'mark' : 'check'}>
              {error ? t.bulk.refused : t.bulk.done}
            </Badge>
            {id !== null && (
              <Link to="/purchases/$id" params={{ id }}>
                {external_id ?? numberOf(id)}
              </Link>
            )}
            {error && <span>{text(error)}</span>}
          </li>
        ))}
      </ul>
    </Card>
  );
}
