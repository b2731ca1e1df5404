import type { TrialBalance } from '#app/client.ts';
import * as messages from '#messages/overview.ts';
import { Icon } from '#ui/icon.tsx';
import { Link } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { booksState, booksText } from '../words.ts';

const LOOKS = {
  right: { style: 'bg-green-fill text-green', icon: 'check' },
  unproven: { style: 'bg-amber-fill text-amber', icon: 'clock' },
  wrong: { style: 'bg-red-fill text-red', icon: 'mark' },
} as const;

export type BooksBannerProps = {
  readonly books: TrialBalance;
  /** Links to the trial balance. */
  readonly opens?: boolean;
};

/** Whether the books agree, before anything else. */
export function BooksBanner({ books, opens = false }: BooksBannerProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const state = booksState(books);
  const { style, icon } = LOOKS[state];
  return (
    <div
      role={state === 'wrong' ? 'alert' : undefined}
      className={`flex flex-wrap items-center gap-x-4 gap-y-1 rounded-card px-5 py-3 ${style}`}
    >
      <p className="flex items-center gap-2 font-medium">
        <Icon name={icon} />
        {booksText(books, t, format)}
      </p>
      {opens && (
        <span className="ml-auto [&_a]:text-current">
          <Link to="/books" search={{ currency: books.currency }}>
            {t.openBooks}
          </Link>
        </span>
      )}
    </div>
  );
}
