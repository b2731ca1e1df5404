import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'amber' | 'green' | 'blue' | 'violet' | 'red' | 'grey';

const TONES: Readonly<Record<Tone, string>> = {
  amber: 'bg-amber-fill text-amber',
  green: 'bg-green-fill text-green',
  blue: 'bg-blue-fill text-blue',
  violet: 'bg-violet-fill text-violet',
  red: 'bg-red-fill text-red',
  grey: 'bg-grey-fill text-grey',
};

export type BadgeProps = { readonly tone: Tone; readonly icon?: IconName; readonly children: ReactNode };

/** A state in a word. The icon and the colour repeat what the word says. */
export function Badge({ tone, icon, children }: BadgeProps) {
  return (
    <span
      className={classes(
        'inline-flex items-center gap-1 rounded-control px-2 py-0.5 text-small font-medium whitespace-nowrap',
        TONES[tone],
      )}
    >
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}
