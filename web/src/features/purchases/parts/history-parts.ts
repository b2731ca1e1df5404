import type { IconName } from '#ui/icon.tsx';

export const HISTORY_HEAD = 'px-2 pb-2 text-small font-medium text-muted whitespace-nowrap';
export const HISTORY_ROW = 'relative align-top max-sm:grid max-sm:grid-cols-[1.5rem_1fr] max-sm:py-2';
export const HISTORY_CELL = 'px-2 py-2.5';
export const HISTORY_FIGURE = `${HISTORY_CELL} text-right max-sm:col-start-2 max-sm:flex max-sm:justify-between max-sm:p-0`;

export type Dot = { readonly icon: IconName; readonly colour: string };

const DOTS: Readonly<Record<string, Dot>> = {
  recorded: { icon: 'plus', colour: 'bg-amber-fill text-amber' },
  held: { icon: 'pause', colour: 'bg-violet-fill text-violet' },
  released: { icon: 'arrow', colour: 'bg-violet-fill text-violet' },
  confirmed: { icon: 'check', colour: 'bg-green-fill text-green' },
  reward_released: { icon: 'check', colour: 'bg-green-fill text-green' },
  reversed: { icon: 'return', colour: 'bg-grey-fill text-grey' },
  payout: { icon: 'bank', colour: 'bg-blue-fill text-blue' },
};

/** The mark of an event on the line. */
export function dotOf(kind: string): Dot {
  return DOTS[kind] ?? { icon: 'more', colour: 'bg-grey-fill text-grey' };
}
