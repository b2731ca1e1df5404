import type { ReactNode } from 'react';
import { Link, type Place } from './link.tsx';

export type FigureProps = Place & {
  readonly label: string;
  readonly value: ReactNode;
  /** Below the value: how many, how old, of what. */
  readonly detail: ReactNode;
  /** Something is wrong, and the page behind the link says what. */
  readonly alert?: boolean;
};

/** One number to act on. All of it is a link to its rows. */
export function Figure({ label, value, detail, alert = false, ...place }: FigureProps) {
  return (
    <div className="relative grid min-w-0 content-start gap-1 rounded-card border border-line bg-surface px-5 py-4 hover:border-control has-[a:focus-visible]:border-focus">
      <h2 className="text-small font-medium text-muted [&>a]:after:absolute [&>a]:after:inset-0">
        <Link plain {...place}>
          {label}
        </Link>
      </h2>
      <p className={`amount text-title font-strong ${alert ? 'text-red' : ''}`}>{value}</p>
      <div className="text-small text-muted">{detail}</div>
    </div>
  );
}
