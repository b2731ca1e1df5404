import { useId } from 'react';

/** A colour of charts and the pattern beside it, so that no series is known by its colour alone. */
export type Pattern = 'solid' | 'stripes' | 'dots' | 'grid' | 'hatched';

const COLORS: Readonly<Record<Pattern, string>> = {
  solid: 'var(--color-chart-1)',
  stripes: 'var(--color-chart-2)',
  dots: 'var(--color-chart-3)',
  grid: 'var(--color-chart-4)',
  hatched: 'var(--color-chart-2)',
};

/** The definitions of all patterns, once in each chart. `fillOf` names them. */
export function ChartPatterns({ id }: { readonly id: string }) {
  return (
    <defs>
      {(Object.keys(COLORS) as Pattern[]).map((pattern) => (
        <pattern key={pattern} id={`${id}-${pattern}`} width="6" height="6" patternUnits="userSpaceOnUse">
          <rect width="6" height="6" fill={COLORS[pattern]} fillOpacity={pattern === 'solid' ? 1 : 0.35} />
          <Marks pattern={pattern} />
        </pattern>
      ))}
    </defs>
  );
}

export function fillOf(id: string, pattern: Pattern): string {
  return `url(#${id}-${pattern})`;
}

export function colorOf(pattern: Pattern): string {
  return COLORS[pattern];
}

/** The sample of a legend. */
export function Swatch({ pattern }: { readonly pattern: Pattern }) {
  const id = `swatch${useId().replace(/\W/g, '')}`;
  return (
    <svg aria-hidden="true" width="14" height="14" className="shrink-0">
      <ChartPatterns id={id} />
      <rect
        x="0.5"
        y="0.5"
        width="13"
        height="13"
        rx="2"
        fill={fillOf(id, pattern)}
        stroke={COLORS[pattern]}
      />
    </svg>
  );
}

function Marks({ pattern }: { readonly pattern: Pattern }) {
  const color = COLORS[pattern];
  switch (pattern) {
    case 'solid':
      return null;
    case 'stripes':
      return <path d="M0 1.5h6M0 4.5h6" stroke={color} strokeWidth="1.5" />;
    case 'dots':
      return <circle cx="3" cy="3" r="1.6" fill={color} />;
    case 'grid':
      return <path d="M0 3h6M3 0v6" stroke={color} strokeWidth="1.2" />;
    case 'hatched':
      return <path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke={color} strokeWidth="2" />;
  }
}
