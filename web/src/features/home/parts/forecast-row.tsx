import * as messages from '#messages/home.ts';
import { Amount } from '#ui/amount.tsx';
import { useMessages } from '#ui/locale.tsx';

export type ForecastRowProps = {
  readonly label: string;
  readonly purchases: number;
  readonly amount: string;
  readonly currency: string;
};

/** One line of the forecast. Nothing where no purchase is. */
export function ForecastRow({ label, purchases, amount, currency }: ForecastRowProps) {
  const t = useMessages(messages);
  if (purchases === 0) return null;
  return (
    <tr className="border-b border-line">
      <th scope="row" className="w-full py-2.5 pr-3 text-left font-normal">
        {label}
        <span className="block text-small text-muted sm:hidden">{t.purchases(purchases)}</span>
      </th>
      <td className="py-2.5 pr-6 whitespace-nowrap text-muted max-sm:hidden">{t.purchases(purchases)}</td>
      <td className="py-2.5 text-right align-top">
        <Amount value={amount} currency={currency} />
      </td>
    </tr>
  );
}
