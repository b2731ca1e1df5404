import * as messages from '#messages/purchases.ts';
import { Card } from '#ui/card.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Skeleton } from '#ui/skeleton.tsx';

/** The page of a purchase in its final shape. */
export function PurchaseSkeleton() {
  const t = useMessages(messages);
  return (
    <div className="grid gap-5">
      <div className="max-w-md">
        <Skeleton lines={2} />
      </div>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_18.75rem]">
        <div className="grid gap-5">
          <Card>
            <Skeleton lines={4} />
          </Card>
          <Card title={t.happened}>
            <Skeleton lines={8} />
          </Card>
        </div>
        <div className="grid gap-5">
          <Card title={t.cashback}>
            <Skeleton lines={2} />
          </Card>
          <Card title={t.facts}>
            <Skeleton lines={9} />
          </Card>
        </div>
      </div>
    </div>
  );
}
