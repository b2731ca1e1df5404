import * as messages from '#messages/purchases.ts';
import { Amount } from '#ui/amount.tsx';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import type { PurchaseRow } from '../model.ts';
import { PurchaseBadge } from './purchase-badge.tsx';

export type RelatedListProps = {
  readonly title: string;
  readonly rows: readonly PurchaseRow[];
  /** The filters of the list that has all of them. */
  readonly search: Readonly<Record<string, string>>;
};

export function RelatedList({ title, rows, search }: RelatedListProps) {
  const t = useMessages(messages);
  if (rows.length === 0) return null;
  return (
    <section className="grid gap-1.5">
      <h3 className="text-small text-muted">{title}</h3>
      <ul className="grid gap-3">
        {rows.map(({ id, external_id, merchant_name, amount, currency, status, held }) => (
          <li key={id} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5">
            <Link to="/purchases/$id" params={{ id }}>
              {external_id}
            </Link>
            <span className="text-right">
              <Amount value={amount} currency={currency} />
            </span>
            <span className="truncate text-small text-muted">{merchant_name}</span>
            <PurchaseBadge status={status} held={held} />
          </li>
        ))}
      </ul>
      <p className="no-print">
        <Link to="/purchases" search={search}>
          {t.seeAll}
        </Link>
      </p>
    </section>
  );
}
