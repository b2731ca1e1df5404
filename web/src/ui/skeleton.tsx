import { useEffect, useState } from 'react';
import * as common from '#messages/common.ts';
import { useMessages } from './locale.tsx';

const SHOWN_AT_LEAST_MS = 300;
const SHOWN_AFTER_MS = 200;

/** Whether a skeleton shows: after 200 ms of waiting, then for 300 ms at least, so that it never flickers. */
export function useSkeleton(isWaiting: boolean): boolean {
  const [shownAt, setShownAt] = useState<number>();
  useEffect(() => {
    if (isWaiting && shownAt === undefined) {
      const timer = setTimeout(() => setShownAt(performance.now()), SHOWN_AFTER_MS);
      return () => clearTimeout(timer);
    }
    if (!isWaiting && shownAt !== undefined) {
      const leftMs = Math.max(0, shownAt + SHOWN_AT_LEAST_MS - performance.now());
      const timer = setTimeout(() => setShownAt(undefined), leftMs);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [isWaiting, shownAt]);
  return shownAt !== undefined;
}

/** Lines in the shape of what comes. */
export function Skeleton({ lines = 3 }: { readonly lines?: number }) {
  const t = useMessages(common);
  return (
    <div role="status" className="grid gap-3 py-2">
      <span className="sr-only">{t.loading}</span>
      {Array.from({ length: lines }, (_, index) => index).map((line) => (
        <span
          key={line}
          aria-hidden="true"
          className="h-4 rounded-control bg-sunken"
          style={{ width: WIDTHS[line % WIDTHS.length] }}
        />
      ))}
    </div>
  );
}

const WIDTHS = ['92%', '78%', '85%', '60%'];
