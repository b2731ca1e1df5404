import { useQuery } from '@tanstack/react-query';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/purchases.ts';
import { Card } from '#ui/card.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Skeleton } from '#ui/skeleton.tsx';
import type { Timeline } from '../model.ts';
import { purchasesQuery } from '../queries.ts';
import { RelatedList } from './related-list.tsx';

const SHOWN = 6;

/** Other purchases with the same number, and those of the shopper on the same day. */
export function RelatedCard({ timeline: { purchase } }: { readonly timeline: Timeline }) {
  const t = useMessages(messages);
  const day = new Date(purchase.purchased_at).toISOString().slice(0, 10);
  const number = { external_id: purchase.external_id };
  const shopper = { user_id: purchase.user_id, start_date: day, end_date: day };
  const sameNumber = useQuery(purchasesQuery(number, SHOWN));
  const sameDay = useQuery(purchasesQuery(shopper, SHOWN));
  return (
    <Card title={t.related}>
      <Loaded query={sameNumber} skeleton={<Skeleton lines={2} />}>
        {({ data: numbered }) => (
          <Loaded query={sameDay} skeleton={<Skeleton lines={2} />}>
            {({ data: dated }) => {
              const others = (rows: typeof dated) => rows.filter(({ id }) => id !== purchase.id);
              if (others(numbered).length + others(dated).length === 0)
                return <p className="text-muted">{t.noRelated}</p>;
              return (
                <div className="grid gap-4">
                  <RelatedList title={t.sameNumber} rows={others(numbered)} search={number} />
                  <RelatedList title={t.sameDay} rows={others(dated)} search={shopper} />
                </div>
              );
            }}
          </Loaded>
        )}
      </Loaded>
    </Card>
  );
}
