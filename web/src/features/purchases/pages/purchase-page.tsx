import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Loaded } from '#app/loaded.tsx';
import { PurchaseDetail } from '../parts/purchase-detail.tsx';
import { PurchaseSkeleton } from '../parts/purchase-skeleton.tsx';
import { timelineQuery } from '../queries.ts';

/** Any question about one purchase, answered on one page. */
export function PurchasePage() {
  const { id = '' } = useParams({ strict: false });
  const timeline = useQuery(timelineQuery(id));
  return (
    <Loaded query={timeline} skeleton={<PurchaseSkeleton />}>
      {(data) => <PurchaseDetail key={id} timeline={data} />}
    </Loaded>
  );
}
