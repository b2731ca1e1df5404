import { Link as RouterLink } from '@tanstack/react-router';
import type { ComponentProps, ReactNode } from 'react';
import { BUTTON, BUTTON_KINDS, type ButtonKind } from './button.tsx';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icon.tsx';

/** A place in the app: the path of a route, its parameters and its search. */
export type Place = {
  readonly to: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly search?: Readonly<Record<string, unknown>>;
};

export type LinkProps = Place & {
  readonly children: ReactNode;
  /** As the text around it, underlined on hover only: for rows of tables and lists. */
  readonly plain?: boolean;
} & Pick<ComponentProps<'a'>, 'aria-label' | 'aria-current' | 'onClick' | 'id' | 'title'>;

export function Link({ plain = false, children, ...rest }: LinkProps) {
  return (
    <RouterLink
      {...(rest as object as { to: string })}
      className={classes(
        'rounded-xs',
        plain
          ? 'text-ink no-underline hover:underline'
          : 'text-brand underline underline-offset-2 hover:no-underline',
      )}
    >
      {children}
    </RouterLink>
  );
}

export type ButtonLinkProps = Place & {
  readonly kind?: ButtonKind;
  readonly icon?: IconName;
  readonly wide?: boolean;
  readonly children: ReactNode;
};

/** A link that looks like a button, because it is the next thing to do. */
export function ButtonLink({ kind = 'secondary', icon, wide, children, ...place }: ButtonLinkProps) {
  return (
    <RouterLink
      {...(place as object as { to: string })}
      className={classes(BUTTON, BUTTON_KINDS[kind], wide && 'w-full')}
    >
      {icon && <Icon name={icon} />}
      {children}
    </RouterLink>
  );
}
