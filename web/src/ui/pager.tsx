import * as common from '#messages/common.ts';
import { ButtonLink } from './link.tsx';
import { useFormat, useMessages } from './locale.tsx';

export type PagerProps = {
  readonly total: number;
  readonly totalIsEstimate: boolean;
  readonly isFirst: boolean;
  /** What the search of the next page has. Undefined on the last page. */
  readonly next: Readonly<Record<string, string | number>> | undefined;
};

/** The number of rows, and the way to further pages. The way back is the browser's. */
export function Pager({ total, totalIsEstimate, isFirst, next }: PagerProps) {
  const t = useMessages(common);
  const format = useFormat();
  return (
    <div className="no-print flex flex-wrap items-center justify-between gap-3 border-t border-line px-5 py-3">
      <p className="text-small text-muted">{t.total(format.count(total), totalIsEstimate)}</p>
      {(!isFirst || next) && (
        <nav aria-label={t.pages} className="flex gap-2">
          {!isFirst && (
            <ButtonLink kind="quiet" to="." search={searchWith({})}>
              {t.firstPage}
            </ButtonLink>
          )}
          {next && (
            <ButtonLink to="." search={searchWith(next)}>
              {t.nextPage}
            </ButtonLink>
          )}
        </nav>
      )}
    </div>
  );
}

/** The filters of the present URL at another place of the list. */
function searchWith(place: Readonly<Record<string, string | number>>) {
  return ((search: object) => ({ ...search, cursor: undefined, offset: undefined, ...place })) as never;
}
