import { movementWords } from '#features/activity/index.ts';
import * as messages from '#messages/account.ts';
import * as activity from '#messages/activity.ts';
import { Amount } from '#ui/amount.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import type { Movement } from '../queries.ts';

export type StatementTableProps = { readonly movements: readonly Movement[]; readonly currency: string };

const HEAD = 'px-2 py-2 text-small font-medium text-muted first:pl-5 last:pr-5';
const CELL = 'px-2 py-2 align-top first:pl-5 last:pr-5';

/** The balance after each movement stands beside it. On phones it moves below the change. */
export function StatementTable({ movements, currency }: StatementTableProps) {
  const t = useMessages(messages);
  const words = useMessages(activity);
  const format = useFormat();
  return (
    <table className="w-full">
      <thead>
        <tr className="border-b border-line text-left">
          <th scope="col" className={`${HEAD} max-sm:hidden`}>
            {t.date}
          </th>
          <th scope="col" className={`${HEAD} max-sm:pl-5`}>
            {t.what}
          </th>
          <th scope="col" className={`${HEAD} text-right max-sm:pr-5`}>
            {t.change}
          </th>
          <th scope="col" className={`${HEAD} text-right max-sm:hidden`}>
            {t.balance}
          </th>
        </tr>
      </thead>
      <tbody>
        {movements.map((movement) => {
          const { title, about, change = movement.amount } = movementWords(movement, words);
          return (
            <tr key={movement.id} className="border-b border-line last:border-b-0 print:break-inside-avoid">
              <td className={`${CELL} whitespace-nowrap max-sm:hidden`}>
                {format.shortDate(movement.created_at)}
              </td>
              <td className={`${CELL} max-sm:pl-5`}>
                {title}
                <span className="block text-small text-muted sm:hidden">
                  {format.shortDate(movement.created_at)}
                </span>
                {about !== null && <span className="block text-small text-muted">{about}</span>}
              </td>
              <td className={`${CELL} text-right max-sm:pr-5`}>
                <Amount value={change} currency={currency} signed />
                <span className="amount block text-small text-muted sm:hidden">
                  {words.balance(format.money(movement.available_after, currency))}
                </span>
              </td>
              <td className={`${CELL} text-right max-sm:hidden`}>
                <Amount value={movement.available_after} currency={currency} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
