/* Our own icons, drawn on a grid of 16 with a stroke of 1.5. Words stand beside each, so screen readers skip them. */
const PATHS = {
  arrow: 'M3 8h10M9 4l4 4-4 4',
  'arrow-left': 'M13 8H3M7 4 3 8l4 4',
  'arrow-up-right': 'M5 11 11 5M6 5h5v5',
  bank: 'M2.5 6 8 2.5 13.5 6zM4 8v4M8 8v4M12 8v4M2.5 13.5h11',
  bars: 'M3 13V8M8 13V3M13 13V6',
  book: 'M3 3.5c2-1 3.5-1 5 0 1.5-1 3-1 5 0v9c-2-1-3.5-1-5 0-1.5-1-3-1-5 0zM8 3.5v9',
  bag: 'M3.5 5.5h9l.7 8H2.8zM5.5 5.5V5a2.5 2.5 0 0 1 5 0v.5',
  check: 'm3.5 8.5 3 3 6-7',
  chevron: 'm4 6 4 4 4-4',
  'chevron-right': 'm6 4 4 4-4 4',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3.2l2 1.6',
  copy: 'M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3',
  cross: 'm4 4 8 8M12 4l-8 8',
  download: 'M8 2.5v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  flag: 'M4 14V2.5M4 3h8l-2 3 2 3H4',
  home: 'm2.5 7.5 5.5-5 5.5 5M4 6.5v7h8v-7',
  key: 'M9.5 6.5a3 3 0 1 0-2.6 3L8 10.5h1.5V12H11v1.5h2.5V11L9.4 7',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  mark: 'M8 3v6M8 12.5h.01',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  people:
    'M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5a4.5 4.5 0 0 1 9 0M11 2.8a2.5 2.5 0 0 1 0 4.4M12.5 9.8a4.5 4.5 0 0 1 2 3.7',
  plus: 'M8 3v10M3 8h10',
  print: 'M4.5 5.5v-3h7v3M4.5 11h-2V5.5h11V11h-2M4.5 9.5h7v4h-7z',
  return: 'M6.5 3 3 6.5 6.5 10M3.5 6.5H10a3.25 3.25 0 0 1 0 6.5H7',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5l3 3',
  shield: 'M8 2 3 4v4c0 3 2 5 5 6 3-1 5-3 5-6V4z',
  store:
    'M2.5 6 4 2.5h8L13.5 6M3.5 7.5v6h9v-6M2.5 6a1.8 1.8 0 0 0 3.6 0 1.9 1.9 0 0 0 3.8 0 1.8 1.8 0 0 0 3.6 0z',
  tag: 'M2.5 8.5v-6h6l5 5-6 6zM5.5 5.5h.01',
  user: 'M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8zM2.8 14a5.2 5.2 0 0 1 10.4 0',
  wallet: 'M2.5 4.5h10v9h-10zM2.5 4.5l8-2v2M10 9h.01',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      className="shrink-0"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
