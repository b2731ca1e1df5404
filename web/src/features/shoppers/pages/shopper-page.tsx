import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Loaded } from '#app/loaded.tsx';
import { ShopperDetail } from '../parts/shopper-detail.tsx';
import { ShopperSkeleton } from '../parts/shopper-skeleton.tsx';
import { shopperQuery } from '../queries.ts';

/** One shopper: balances, purchases, entries, payouts, switches and sessions. */
export function ShopperPage() {
  const { id = '' } = useParams({ strict: false });
  return (
    <Loaded query={useQuery(shopperQuery(id))} skeleton={<ShopperSkeleton />}>
      {(shopper) => <ShopperDetail key={id} shopper={shopper} />}
    </Loaded>
  );
}
