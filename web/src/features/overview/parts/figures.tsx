import type { ReportSummary } from '#app/client.ts';
import * as messages from '#messages/overview.ts';
import { Figure } from '#ui/figure.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { figuresOf } from '../figures.ts';

/** Eight numbers to act on. Each leads to its rows. */
export function Figures({ summary }: { readonly summary: ReportSummary }) {
  const t = useMessages(messages);
  const format = useFormat();
  return (
    <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
      {figuresOf(summary, t, format).map((figure) => (
        <Figure key={figure.label} {...figure} />
      ))}
    </div>
  );
}
