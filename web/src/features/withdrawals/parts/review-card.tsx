import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useErrorText } from '#app/failure.tsx';
import { useMoneyAction } from '#app/use-money-action.ts';
import { groupIban, maskIban } from '#lib/iban.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/withdraw.ts';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { Facts } from '#ui/facts.tsx';
import { ButtonLink } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { dropDraft, type ReviewedDraft } from '../draft.ts';
import { refreshMoney, requestWithdrawal } from '../mutations.ts';
import type { Withdrawal } from '../queries.ts';

/** What will happen, and the button that makes it happen once. */
export function ReviewCard({ draft }: { readonly draft: ReviewedDraft }) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const format = useFormat();
  const client = useQueryClient();
  const navigate = useNavigate();
  const errorText = useErrorText();
  const { account } = draft;
  const amount = format.money(draft.amount, draft.currency);

  async function onDone(withdrawal: Withdrawal): Promise<void> {
    dropDraft(client);
    void refreshMoney(client, withdrawal);
    await navigate({ to: `/withdraw/${withdrawal.id}` as '/', replace: true });
  }

  const { state, submit } = useMoneyAction(
    () => requestWithdrawal(draft),
    (done) => void onDone(done),
  );
  const isBusy = state.kind === 'busy';

  return (
    <Card>
      <div className="grid gap-5">
        <p className="amount text-hero font-strong tracking-tight">{amount}</p>
        <Facts
          facts={[
            {
              label: t.iban,
              value: (
                <span className="amount whitespace-normal">
                  {account.kind === 'new' ? groupIban(account.iban) : maskIban(account.iban)}
                </span>
              ),
            },
            { label: t.holder, value: account.holder },
          ]}
        />
        <p className="text-small text-muted">
          {t.remains} {t.reviewHint}
        </p>
        <div role="alert" className="empty:hidden">
          {state.kind === 'unknown' && (
            <p className="rounded-control bg-amber-fill px-3 py-2 text-amber">{shared.unknownOutcome}</p>
          )}
          {state.kind === 'refused' && (
            <p className="rounded-control bg-red-fill px-3 py-2 text-red">{errorText(state.error)}</p>
          )}
        </div>
        <div className="grid gap-2 sm:flex sm:[&>*]:w-auto">
          <Button kind="primary" wide busy={isBusy} onClick={() => void submit()}>
            {state.kind === 'unknown' ? shared.retry : t.confirm(amount)}
          </Button>
          {!isBusy && (
            <ButtonLink kind="quiet" to="/withdraw" search={{ currency: draft.currency }}>
              {t.change}
            </ButtonLink>
          )}
        </div>
      </div>
    </Card>
  );
}
