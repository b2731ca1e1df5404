import { type ReactNode, useId } from 'react';
import { classes } from './classes.ts';

export type CardProps = {
  readonly title?: ReactNode;
  /** Beside the title: a link, a button. */
  readonly actions?: ReactNode;
  /** Without padding, for tables. */
  readonly flush?: boolean;
  readonly children: ReactNode;
};

/** A part of a page with a heading of its own. */
export function Card({ title, actions, flush = false, children }: CardProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={title === undefined ? undefined : id}
      className="min-w-0 overflow-clip rounded-card border border-line bg-surface print:break-inside-avoid"
    >
      {title !== undefined && (
        <div className={classes('flex items-center justify-between gap-4 px-5 pt-4', flush && 'pb-3')}>
          <h2 id={id} className="text-heading font-strong">
            {title}
          </h2>
          {actions}
        </div>
      )}
      <div className={classes(!flush && 'px-5 pb-5', !flush && (title === undefined ? 'pt-5' : 'pt-2'))}>
        {children}
      </div>
    </section>
  );
}
