import type { TrialBalance as Books } from '#app/client.ts';
import { saveFile } from '#lib/download.ts';
import { isZero } from '#lib/money.ts';
import * as messages from '#messages/books.ts';
import { Amount } from '#ui/amount.tsx';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { csvOf, rowsOf } from '../words.ts';

/** The four buckets and what they come to together. */
export function TrialBalance({ books }: { readonly books: Books }) {
  const t = useMessages(messages);
  const format = useFormat();
  const download = () =>
    saveFile(
      new Blob([csvOf(books)], { type: 'text/csv' }),
      `${t.fileName}-${books.currency}-${books.as_of.slice(0, 10)}.csv`,
    );
  return (
    <Card
      flush
      title={t.balance}
      actions={
        <Button icon="download" onClick={download}>
          {t.export}
        </Button>
      }
    >
      <table className="w-full border-collapse">
        <caption className="sr-only">{t.balance}</caption>
        <thead className="border-y border-line text-left text-small text-muted">
          <tr>
            <th scope="col" className="px-5 py-2 font-medium">
              {t.bucket}
            </th>
            <th scope="col" className="px-5 py-2 text-right font-medium">
              {t.sum}
            </th>
          </tr>
        </thead>
        <tbody>
          {rowsOf(books, t).map(({ id, name, hint, sum }) => (
            <tr key={id} className="border-b border-line">
              <th scope="row" className="px-5 py-3 text-left font-normal">
                {name}
                <span className="block text-small text-muted">{hint}</span>
              </th>
              <td className="px-5 py-3 text-right">
                <Amount value={sum} currency={books.currency} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" className="px-5 py-3 text-left font-strong">
              {t.difference}
              <span className="block text-small font-normal text-muted">{t.differenceHint}</span>
            </th>
            <td className={`px-5 py-3 text-right ${isZero(books.difference) ? 'text-green' : 'text-red'}`}>
              <Amount strong value={books.difference} currency={books.currency} />
            </td>
          </tr>
        </tfoot>
      </table>
      <p className="border-t border-line px-5 py-3 text-small text-muted">
        {t.asOf(format.dateTime(books.as_of))}
      </p>
    </Card>
  );
}
