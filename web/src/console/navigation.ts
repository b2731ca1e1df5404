import type { en } from '#messages/shell.ts';

type Entry = {
  readonly to: string;
  readonly label: Exclude<keyof typeof en, 'waiting'>;
  readonly exact?: boolean;
};

/** The pages of the console, as the navigation and the palette list them. All staff may read all of them. */
export const NAVIGATION: readonly (readonly Entry[])[] = [
  [{ to: '/', label: 'overview', exact: true }],
  [
    { to: '/purchases', label: 'purchases' },
    { to: '/refusals', label: 'refusals' },
    { to: '/holds', label: 'holds' },
    { to: '/payouts', label: 'payouts' },
    { to: '/adjustments', label: 'adjustments' },
    { to: '/shoppers', label: 'shoppers' },
  ],
  [
    { to: '/merchants', label: 'merchants' },
    { to: '/offers', label: 'offers' },
    { to: '/partners', label: 'partners' },
  ],
  [
    { to: '/books', label: 'books' },
    { to: '/flags', label: 'flags' },
    { to: '/audit', label: 'audit' },
    { to: '/staff', label: 'staff' },
  ],
];
