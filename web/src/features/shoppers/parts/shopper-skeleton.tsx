import { Card } from '#ui/card.tsx';
import { Skeleton } from '#ui/skeleton.tsx';

/** The page of a shopper in its final shape. */
export function ShopperSkeleton() {
  return (
    <div className="grid gap-5">
      <div className="max-w-md">
        <Skeleton lines={2} />
      </div>
      <Card>
        <Skeleton lines={2} />
      </Card>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_18.75rem]">
        <Card>
          <Skeleton lines={10} />
        </Card>
        <Card>
          <Skeleton lines={8} />
        </Card>
      </div>
    </div>
  );
}
