import { classes } from './classes.ts';
import { Link, type Place } from './link.tsx';

export type LinkTab = { readonly label: string; readonly place: Place; readonly isCurrent: boolean };

/** Views of one page, each with an address of its own. */
export function LinkTabs({ label, tabs }: { readonly label: string; readonly tabs: readonly LinkTab[] }) {
  return (
    <nav aria-label={label} className="no-print -mx-4 overflow-x-auto px-4">
      <ul className="flex min-w-max justify-between gap-1 border-b border-line sm:justify-start">
        {tabs.map((tab) => (
          <li
            key={tab.label}
            className={classes(
              '-mb-px border-b-2 [&>a]:flex [&>a]:min-h-(--target) [&>a]:items-center [&>a]:px-3 max-sm:[&>a]:px-2',
              tab.isCurrent ? 'border-brand font-strong' : 'border-transparent [&>a]:text-muted',
            )}
          >
            <Link plain {...tab.place} aria-current={tab.isCurrent ? 'page' : undefined}>
              {tab.label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
