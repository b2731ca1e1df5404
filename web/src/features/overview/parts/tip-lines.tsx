import type { ReactNode } from 'react';

export type TipLinesProps = {
  readonly title: string;
  readonly lines: readonly { readonly label: string; readonly value: ReactNode }[];
};

/** What a group of bars says. */
export function TipLines({ title, lines }: TipLinesProps) {
  return (
    <div className="grid gap-1">
      <p className="font-medium">{title}</p>
      {lines.map(({ label, value }) => (
        <p key={label} className="flex justify-between gap-4">
          <span className="text-muted">{label}</span>
          <span className="amount">{value}</span>
        </p>
      ))}
    </div>
  );
}
