import { Card } from '#ui/card.tsx';
import { Skeleton } from '#ui/skeleton.tsx';

/** The three cards before their figures are there. */
export function HomeSkeleton() {
  return (
    <>
      <Card>
        <Skeleton lines={3} />
      </Card>
      <Card>
        <Skeleton lines={5} />
      </Card>
      <Card>
        <Skeleton lines={6} />
      </Card>
    </>
  );
}
