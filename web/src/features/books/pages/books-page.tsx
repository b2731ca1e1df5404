import { useQuery } from '@tanstack/react-query';
import { appInfoQuery } from '#app/app-info.ts';
import { useFilters } from '#app/list-page.tsx';
import { Loaded } from '#app/loaded.tsx';
import { BooksBanner, booksQuery } from '#features/overview/index.ts';
import * as messages from '#messages/books.ts';
import { useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { Select } from '#ui/select.tsx';

import { TrialBalance } from '../parts/trial-balance.tsx';
import { bookFilters } from '../queries.ts';

/** Do the books agree? */
export function BooksPage() {
  const t = useMessages(messages);
  const [filters, setFilters] = useFilters(bookFilters);
  const query = useQuery(booksQuery(filters.currency));
  const { data: info } = useQuery(appInfoQuery);
  return (
    <div className="grid gap-5">
      <PageTitle title={t.title} />
      {info !== undefined && info.currencies.length > 1 && (
        <div className="w-full sm:w-48">
          <Select
            label={t.currency}
            value={filters.currency ?? info.currencies[0]?.code}
            onChange={({ target: { value } }) => setFilters({ currency: value })}
            options={info.currencies.map(({ code }) => ({ value: code, label: code }))}
          />
        </div>
      )}
      <Loaded query={query}>
        {(books) => (
          <>
            <BooksBanner books={books} />
            <p className="max-w-prose text-muted">{t.intro}</p>
            <TrialBalance books={books} />
          </>
        )}
      </Loaded>
    </div>
  );
}
