import { ApiError, ConnectionError } from '#app/client.ts';
import { Failure } from '#app/failure.tsx';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { Empty } from '#ui/empty.tsx';
import { Notice } from '#ui/notice.tsx';
import { Skeleton } from '#ui/skeleton.tsx';

const failed = new ApiError(
  { code: 'INTERNAL_ERROR', message: '', details: {} },
  { request: 'GET /x', status: 500, requestId: '01a21c59-1a1e-79b6-915a-caf965a3ab8e', attempts: 1 },
);
const lost = new ConnectionError('', { request: 'GET /x', attempts: 1 });

export function States() {
  return (
    <>
      <Card title="Loading">
        <Skeleton lines={3} />
      </Card>
      <Card title="Empty">
        <Empty action={<Button>Clear filters</Button>}>Nothing matches these filters.</Empty>
      </Card>
      <Failure error={failed} onRetry={() => undefined} />
      <Failure error={lost} />
      <Notice onClose={() => undefined}>carol@clicknback.com confirmed this at 10:42.</Notice>
    </>
  );
}
