import type { ReactNode } from 'react';
import { Link, type Place } from './link.tsx';

export type EntryProps = {
  readonly title: ReactNode;
  readonly subtitle: ReactNode;
  readonly value: ReactNode;
  readonly badge?: ReactNode;
  /** Where the whole entry leads. */
  readonly place?: Place;
};

/** One line of a list for phones: what it was above its state, the amount above its badge. Its parent is a `<ul>`. */
export function Entry({ title, subtitle, value, badge, place }: EntryProps) {
  return (
    <li className="relative grid gap-0.5 border-b border-line px-5 py-3 last:border-b-0 hover:bg-sunken has-[a:focus-visible]:bg-sunken">
      <span className="flex items-start justify-between gap-4">
        <span className="min-w-0 truncate font-medium [&>a]:after:absolute [&>a]:after:inset-0">
          {place ? (
            <Link plain {...place}>
              {title}
            </Link>
          ) : (
            title
          )}
        </span>
        {value}
      </span>
      <span className="flex items-start justify-between gap-4">
        <span className="min-w-0 text-small text-muted">{subtitle}</span>
        <span className="shrink-0">{badge}</span>
      </span>
    </li>
  );
}
