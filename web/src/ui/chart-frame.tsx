import { type ReactNode, useState } from 'react';
import * as common from '#messages/common.ts';
import { Button } from './button.tsx';
import { Card } from './card.tsx';
import { type Pattern, Swatch } from './chart-patterns.tsx';
import { useMessages } from './locale.tsx';

export type Series = { readonly name: string; readonly pattern: Pattern };

export type ChartFrameProps = {
  readonly title: string;
  /** What the colours and patterns stand for. None where there is one series. */
  readonly series?: readonly Series[];
  readonly chart: ReactNode;
  /** The same numbers for people who read better than they see. */
  readonly table: ReactNode;
};

/** A chart with its title, its legend and the way to its numbers. */
export function ChartFrame({ title, series = [], chart, table }: ChartFrameProps) {
  const t = useMessages(common);
  const [isTable, setTable] = useState(false);
  return (
    <Card
      flush
      title={title}
      actions={
        <span className="-mr-3">
          <Button
            kind="quiet"
            aria-label={`${isTable ? t.showAsChart : t.showAsTable}: ${title}`}
            onClick={() => setTable(!isTable)}
          >
            {isTable ? t.showAsChart : t.showAsTable}
          </Button>
        </span>
      }
    >
      {isTable ? (
        <div className="max-h-80 overflow-y-auto">{table}</div>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3 px-5 pb-5">
          {series.length > 1 && (
            <ul className="flex flex-wrap gap-x-4 gap-y-1 text-small">
              {series.map(({ name, pattern }) => (
                <li key={name} className="flex items-center gap-1.5">
                  <Swatch pattern={pattern} />
                  {name}
                </li>
              ))}
            </ul>
          )}
          <div className="overflow-x-clip">{chart}</div>
        </div>
      )}
    </Card>
  );
}
