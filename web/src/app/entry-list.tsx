import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import * as common from '#messages/common.ts';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { Empty } from '#ui/empty.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Pager } from '#ui/pager.tsx';
import { placeOf } from './list-page.tsx';
import type { ListQuery } from './list-query.ts';
import { Loaded } from './loaded.tsx';
import type { PlaceInList } from './search-params.ts';

export type EntryListProps<Row> = {
  readonly query: ListQuery<Row>;
  readonly place: PlaceInList;
  readonly children: (row: Row) => ReactNode;
  /** What an empty list means, and what to do about it. */
  readonly empty: ReactNode;
  readonly emptyAction?: ReactNode;
  /** Undefined if no filter is set. */
  readonly onClear: (() => void) | undefined;
};

/** A list of the wallet with all its states: entries instead of a table. */
export function EntryList<Row>({ query, place, children, empty, emptyAction, onClear }: EntryListProps<Row>) {
  const t = useMessages(common);
  const list = useQuery(query);
  return (
    <Loaded query={list}>
      {(page) => (
        <Card flush>
          <div aria-busy={list.isPlaceholderData}>
            {page.data.length > 0 ? (
              <>
                <ul>{page.data.map(children)}</ul>
                <Pager {...placeOf(page)} isFirst={place.cursor === undefined && !place.offset} />
              </>
            ) : onClear ? (
              <Empty action={<Button onClick={onClear}>{t.clearFilters}</Button>}>{t.noMatch}</Empty>
            ) : (
              <Empty action={emptyAction}>{empty}</Empty>
            )}
          </div>
        </Card>
      )}
    </Loaded>
  );
}
