import type { TopMerchantPage } from '#app/client.ts';
import * as messages from '#messages/overview.ts';
import { Amount } from '#ui/amount.tsx';
import { Link } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { heightOf } from '../chart-data.ts';
import { shareText } from '../words.ts';

export type MerchantBarsProps = { readonly rows: TopMerchantPage['data']; readonly currency: string };

/** A bar for each merchant, from zero, with its numbers beside it. Each name is a link. */
export function MerchantBars({ rows, currency }: MerchantBarsProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const longest = Math.max(...rows.map(({ cashback }) => heightOf(cashback)), 0);
  return (
    <ol className="grid gap-2.5">
      {rows.map(({ merchant_id: id, name, cashback, confirmed_share: share }) => (
        <li key={id} className="grid gap-1">
          <div className="flex items-baseline gap-3">
            <span className="min-w-0 truncate">
              <Link plain to="/merchants/$id" params={{ id }}>
                {name}
              </Link>
            </span>
            <span className="ml-auto shrink-0 text-small text-muted">
              {share !== null && t.convertedOf(shareText(share, t, format))}
            </span>
            <Amount strong value={cashback} currency={currency} />
          </div>
          <div aria-hidden="true" className="h-2 rounded-control bg-sunken">
            <div
              className="h-2 rounded-control bg-chart-1"
              style={{ width: longest === 0 ? 0 : `${(heightOf(cashback) / longest) * 100}%` }}
            />
          </div>
        </li>
      ))}
    </ol>
  );
}
