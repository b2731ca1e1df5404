import type { ReactNode } from 'react';
import { classes } from './classes.ts';

export type HistoryStep = {
  readonly id: string;
  readonly text: ReactNode;
  /** When it happened. */
  readonly time?: ReactNode;
  /** It has not happened yet: the line to it is dashed. */
  readonly isNext?: boolean;
};

/** What happened in order, and what comes next, along a line. */
export function History({ steps }: { readonly steps: readonly HistoryStep[] }) {
  return (
    <ol>
      {steps.map(({ id, text, time, isNext = false }, index) => (
        <li key={id} className="relative grid gap-0.5 pb-5 pl-7 last:pb-0">
          {index < steps.length - 1 && (
            <span
              aria-hidden="true"
              className={classes(
                'absolute top-3 bottom-[-0.75rem] left-[5px] border-l-2',
                steps[index + 1]?.isNext ? 'border-dashed border-control' : 'border-line',
              )}
            />
          )}
          <span
            aria-hidden="true"
            className={classes(
              'absolute top-[6px] left-0 size-3 rounded-full border-2',
              isNext ? 'border-control bg-surface' : 'border-brand bg-brand',
            )}
          />
          <span className={isNext ? 'text-muted' : undefined}>{text}</span>
          {time !== undefined && <span className="text-small text-muted">{time}</span>}
        </li>
      ))}
    </ol>
  );
}
