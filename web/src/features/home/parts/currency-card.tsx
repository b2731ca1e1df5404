import { isNegative, isZero, withoutSign } from '#lib/money.ts';
import * as messages from '#messages/home.ts';
import { Badge } from '#ui/badge.tsx';
import { Card } from '#ui/card.tsx';
import { ButtonLink, Link } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import type { Wallet } from '../queries.ts';

export type CurrencyCardProps = { readonly wallet: Wallet; readonly isOneOfSeveral: boolean };

/** What can be withdrawn in one currency, or what is owed. */
export function CurrencyCard({ wallet, isOneOfSeveral }: CurrencyCardProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const { available_balance: available, payouts_under_way: underWay, currency } = wallet;
  const owes = isNegative(available);
  return (
    <Card>
      <div className="grid items-end gap-4 sm:grid-cols-[1fr_auto]">
        <div className="min-w-0">
          <h2 className="text-muted">
            {owes ? t.owe : t.youCanWithdraw}
            {isOneOfSeveral && <span className="sr-only"> {t.inCurrency(currency)}</span>}
          </h2>
          <p className="amount text-hero font-strong tracking-tight">
            {format.money(withoutSign(available), currency)}
          </p>
          {owes && (
            <p className="mt-1">
              <Badge tone="red" icon="mark">
                {t.oweExplained}
              </Badge>
            </p>
          )}
        </div>
        {!owes && !isZero(available) && (
          <ButtonLink kind="primary" to="/withdraw" search={{ currency }} wide>
            {t.withdraw}
          </ButtonLink>
        )}
      </div>
      {!isZero(underWay) && (
        <p className="mt-3 text-small">
          <Link to="/activity" search={{ kind: 'withdrawals' }}>
            {t.underWay(format.money(underWay, currency))}
          </Link>
        </p>
      )}
    </Card>
  );
}
