import { isNegative, isZero, withoutSign } from '#lib/money.ts';
import type { en } from '#messages/shoppers.ts';
import * as messages from '#messages/shoppers.ts';
import { Amount } from '#ui/amount.tsx';
import { Badge } from '#ui/badge.tsx';
import { Card } from '#ui/card.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import type { Wallet } from '../model.ts';

/** What the shopper has, one line for each currency. */
export function Balances({ wallets }: { readonly wallets: readonly Wallet[] }) {
  const t = useMessages(messages);
  const format = useFormat();
  return (
    <Card>
      {wallets.length === 0 && <p className="text-muted">{t.balances.none}</p>}
      <div className="grid gap-5">
        {wallets.map((wallet) => (
          <div key={wallet.currency} className="grid gap-3">
            <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
              {figuresOf(wallet, t).map(({ label, value }) => (
                <div key={label}>
                  <dt className="text-small text-muted">{label}</dt>
                  <dd className="text-lead font-strong">
                    <Amount value={value} currency={wallet.currency} />
                  </dd>
                </div>
              ))}
            </dl>
            {!isZero(wallet.payouts_under_way) && <p className="text-small text-muted">{t.paidIncludes}</p>}
            {isNegative(wallet.available_balance) && (
              <p>
                <Badge tone="red" icon="mark">
                  {t.owes(format.money(withoutSign(wallet.available_balance), wallet.currency))}
                </Badge>
              </p>
            )}
          </div>
        ))}
      </div>
    </Card>
  );
}

function figuresOf(wallet: Wallet, { balances: t }: typeof en) {
  return [
    { label: t.pending, value: wallet.pending_balance },
    { label: t.available, value: wallet.available_balance },
    { label: t.underWay, value: wallet.payouts_under_way },
    { label: t.paid, value: wallet.paid_balance },
  ];
}
