import { useQuery } from '@tanstack/react-query';
import { Loaded } from '#app/loaded.tsx';
import { MovementEntry, movementsQuery, PurchaseEntry, purchasesQuery } from '#features/activity/index.ts';
import { WithdrawalEntry, withdrawalsQuery } from '#features/withdrawals/index.ts';
import * as messages from '#messages/home.ts';
import { Card } from '#ui/card.tsx';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { LATEST, type Latest, latestOf } from '../latest.ts';

/** The newest purchases, withdrawals and corrections. `currency`: of the movements that may hold corrections. */
export function LatestCard({ currency }: { readonly currency: string }) {
  const t = useMessages(messages);
  const withdrawals = useQuery(withdrawalsQuery(LATEST));
  const movements = useQuery(movementsQuery({}));
  return (
    <Loaded query={useQuery(purchasesQuery(LATEST))}>
      {({ data }) => (
        <Card flush title={t.latest} actions={<Link to="/activity">{t.all}</Link>}>
          <ul>
            {latestOf(data, withdrawals.data?.data ?? [], movements.data?.data ?? []).map((latest) => (
              <LatestEntry key={latest.item.id} latest={latest} currency={currency} />
            ))}
          </ul>
        </Card>
      )}
    </Loaded>
  );
}

function LatestEntry({ latest, currency }: { readonly latest: Latest; readonly currency: string }) {
  if (latest.kind === 'purchase') return <PurchaseEntry purchase={latest.item} />;
  if (latest.kind === 'withdrawal') return <WithdrawalEntry withdrawal={latest.item} />;
  return <MovementEntry movement={latest.item} currency={currency} />;
}
