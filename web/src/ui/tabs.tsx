import { Link as RouterLink } from '@tanstack/react-router';
import { classes } from './classes.ts';

export type TabsProps = {
  /** Names the tabs for screen readers. */
  readonly label: string;
  readonly tabs: readonly { readonly value: string; readonly label: string }[];
  readonly chosen: string;
  /** The parameter of the URL that has the tab. The first tab needs none. */
  readonly name?: string;
};

/** Parts of a page whose choice lives in the URL: links, so that back, reload and a new window work. */
export function Tabs({ label, tabs, chosen, name = 'tab' }: TabsProps) {
  return (
    <nav aria-label={label} className="no-print overflow-x-auto border-b border-line">
      <ul className="flex gap-1">
        {tabs.map(({ value, label: text }, index) => (
          <li key={value}>
            <RouterLink
              {...({
                to: '.',
                search: index === 0 ? {} : { [name]: value },
                replace: true,
                resetScroll: false,
              } as object as { to: '.' })}
              aria-current={value === chosen ? 'page' : undefined}
              className={classes(
                'block border-b-2 px-3 py-2 whitespace-nowrap',
                value === chosen
                  ? 'border-brand font-strong text-ink'
                  : 'border-transparent text-muted hover:text-ink',
              )}
            >
              {text}
            </RouterLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
