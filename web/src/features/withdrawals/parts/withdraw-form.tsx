import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Form } from '#app/form.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import { groupIban, maskIban } from '#lib/iban.ts';
import { parseAmount } from '#lib/money.ts';
import * as messages from '#messages/withdraw.ts';
import { Button } from '#ui/button.tsx';
import { Choice } from '#ui/choice.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { MoneyField } from '#ui/money-field.tsx';
import { type Draft, type DraftValues, keepDraft, readDraft } from '../draft.ts';
import type { PayoutPolicy } from '../queries.ts';
import { AccountFields } from './account-fields.tsx';

/** Amount and account. All of it and the last account are filled in, so the next step is one click away. */
export function WithdrawForm({ policy }: { readonly policy: PayoutPolicy }) {
  const t = useMessages(messages);
  const format = useFormat();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { currency, maximum, minimum, left_this_month: left, last_account: last } = policy;
  const draft = readDraft(client);
  const kept = draft?.currency === currency ? draft : undefined;
  const form = useApiForm<DraftValues>({
    defaultValues: {
      amount: format.decimal(kept?.amount ?? maximum),
      account: kept?.account.kind ?? (last === null ? 'new' : 'last'),
      iban: kept?.account.kind === 'new' ? groupIban(kept.account.iban) : '',
      holder: kept?.account.kind === 'new' ? kept.account.holder : '',
    },
    submit: async (values) => {
      keepDraft(client, draftOf(values, policy));
      await navigate({ to: '/withdraw/review' });
    },
  });
  const account = form.values.watch('account');
  const money = (amount: string) => format.money(amount, currency);
  return (
    <Form form={form}>
      <MoneyField
        label={t.amount}
        currency={currency}
        hint={`${t.amountHint(money(minimum), money(maximum))} ${t.leftThisMonth(money(left))}`}
        {...form.field('amount', {
          required: true,
          check: (typed) => (parseAmount(typed) === undefined ? t.notAnAmount : undefined),
        })}
      />
      {last !== null && (
        <Choice
          label={t.account}
          name="account"
          value={account}
          onChange={(chosen) => form.values.setValue('account', chosen)}
          options={[
            {
              value: 'last',
              label: t.lastAccount,
              description: `${maskIban(last.iban)} · ${last.account_holder}`,
            },
            { value: 'new', label: t.otherAccount },
          ]}
        />
      )}
      {account === 'new' && <AccountFields form={form} />}
      <Button kind="primary" type="submit" wide busy={form.isSubmitting}>
        {t.review}
      </Button>
    </Form>
  );
}

function draftOf({ amount, account, iban, holder }: DraftValues, policy: PayoutPolicy): Draft {
  const { currency, last_account: last } = policy;
  const parsed = parseAmount(amount);
  if (parsed === undefined) throw new Error('the form was sent with an amount that it does not accept');
  return {
    amount: parsed,
    currency,
    account:
      account === 'last' && last !== null
        ? { kind: 'last', payoutId: last.payout_id, iban: last.iban, holder: last.account_holder }
        : { kind: 'new', iban, holder: holder.trim() },
  };
}
