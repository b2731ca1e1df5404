import * as common from '#messages/common.ts';
import { useMessages } from '#ui/locale.tsx';

const FIGURES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

export function FiguresSkeleton() {
  const t = useMessages(common);
  return (
    <div role="status" className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
      <span className="sr-only">{t.loading}</span>
      {FIGURES.map((figure) => (
        <div
          key={figure}
          className="grid h-27 content-start gap-3 rounded-card border border-line bg-surface px-5 py-4"
        >
          <span className="h-3 w-24 rounded-control bg-sunken" />
          <span className="h-6 w-32 rounded-control bg-sunken" />
          <span className="h-3 w-20 rounded-control bg-sunken" />
        </div>
      ))}
    </div>
  );
}
