import { Link as RouterLink } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icon.tsx';

export type NavLinkProps = {
  readonly to: string;
  /** Current only on exactly this path, not below it. */
  readonly exact?: boolean;
  readonly icon?: IconName;
  /** Icon above the word, for the bar at the foot of phones. */
  readonly stacked?: boolean;
  readonly onClick?: () => void;
  readonly children: ReactNode;
};

/** An entry of a navigation. The page that is open has `aria-current`. */
export function NavLink({ to, exact = false, icon, stacked = false, onClick, children }: NavLinkProps) {
  return (
    <RouterLink
      {...({ to } as object as { to: '.' })}
      activeOptions={{ exact, includeSearch: false }}
      activeProps={{ 'aria-current': 'page', className: 'text-ink font-strong' }}
      inactiveProps={{ className: 'text-muted hover:text-ink' }}
      onClick={onClick}
      className={classes(
        'flex items-center rounded-control',
        stacked
          ? 'min-h-14 flex-1 flex-col justify-center gap-1 text-small'
          : 'min-h-8 gap-2.5 px-2 hover:bg-sunken',
      )}
    >
      {icon && <Icon name={icon} size={stacked ? 20 : 16} />}
      {children}
    </RouterLink>
  );
}
