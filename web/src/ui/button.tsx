import type { ComponentProps } from 'react';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icon.tsx';
import { Spinner } from './spinner.tsx';

export type ButtonKind = 'primary' | 'secondary' | 'danger' | 'quiet';

export const BUTTON =
  'inline-flex items-center justify-center gap-2 rounded-control border px-4 min-h-(--target) text-body font-medium transition-colors duration-150 no-underline aria-disabled:opacity-60 aria-disabled:cursor-default disabled:opacity-60';

export const BUTTON_KINDS: Readonly<Record<ButtonKind, string>> = {
  primary: 'border-transparent bg-brand text-on-brand hover:not-aria-disabled:brightness-110',
  secondary: 'border-control bg-surface text-ink hover:bg-sunken',
  danger: 'border-red bg-surface text-red hover:bg-red-fill',
  quiet: 'border-transparent bg-transparent text-ink hover:bg-sunken px-3',
};

export type ButtonProps = Omit<ComponentProps<'button'>, 'className'> & {
  readonly kind?: ButtonKind;
  readonly icon?: IconName;
  /** The button waits for an answer: it stays focused, says so, and takes no further click. */
  readonly busy?: boolean;
  /** Fills the width of its place. */
  readonly wide?: boolean;
};

export function Button({
  kind = 'secondary',
  icon,
  busy = false,
  wide,
  onClick,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest['aria-disabled']}
      onClick={(event) => {
        if (busy || rest['aria-disabled']) event.preventDefault();
        else onClick?.(event);
      }}
      className={classes(BUTTON, BUTTON_KINDS[kind], wide && 'w-full')}
    >
      {busy ? <Spinner /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
