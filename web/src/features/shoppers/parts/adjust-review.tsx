import { MoneyDialog } from '#app/money-dialog.tsx';
import { toast } from '#app/toasts.tsx';
import * as messages from '#messages/shoppers.ts';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { Sentence } from '#ui/sentence.tsx';
import type { Shopper } from '../model.ts';
import { type Adjusting, adjustWallet, useRefreshShoppers } from '../mutations.ts';

export type AdjustReviewProps = {
  readonly shopper: Shopper;
  readonly adjusting: Adjusting;
  readonly onAwaitingApproval: () => void;
  readonly onBack: () => void;
  readonly onDone: () => void;
};

/** The last step before money moves. The key is made here, so a changed amount is another adjustment. */
export function AdjustReview({ shopper, adjusting, onAwaitingApproval, onBack, onDone }: AdjustReviewProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const refresh = useRefreshShoppers();
  const { currency, direction, reason } = adjusting;
  const amount = format.money(adjusting.amount, currency);
  const wallet = shopper.wallets.find((one) => one.currency === currency);
  const isCredit = direction === 'credit';
  return (
    <MoneyDialog
      title={isCredit ? t.reviewCredit(amount, shopper.email) : t.reviewDebit(amount, shopper.email)}
      confirmLabel={isCredit ? t.confirmCredit(amount) : t.confirmDebit(amount)}
      danger={!isCredit}
      run={(key) => adjustWallet(shopper.id, adjusting, key)}
      onDone={(result) => {
        refresh();
        onDone();
        if ('wallet' in result)
          void toast(t.adjusted(format.money(result.wallet.available_balance, currency)));
        else onAwaitingApproval();
      }}
      staysOpen
      onClose={onBack}
    >
      <div className="grid gap-1">
        {wallet && (
          <p>
            <Sentence>{t.availableNow(format.money(wallet.available_balance, currency))}</Sentence>
          </p>
        )}
        <p>
          <Sentence>{isCredit ? t.creditEffect(amount) : t.debitEffect(amount)}</Sentence>
        </p>
        <p>{t.reasonIs(reason)}</p>
      </div>
      <p className="text-muted">{t.fourEyes}</p>
    </MoneyDialog>
  );
}
