import { useQuery } from '@tanstack/react-query';
import { appInfoQuery } from '#app/app-info.ts';
import { Form } from '#app/form.tsx';
import { useCan } from '#app/me.ts';
import { useApiForm } from '#app/use-api-form.ts';
import { money, parseAmount } from '#lib/money.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/shoppers.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { useMessages } from '#ui/locale.tsx';
import { MoneyField } from '#ui/money-field.tsx';
import { Select } from '#ui/select.tsx';
import { TextArea } from '#ui/text-area.tsx';
import type { Shopper } from '../model.ts';
import type { Adjusting } from '../mutations.ts';

export type AdjustFormProps = {
  readonly shopper: Shopper;
  /** What was entered before the review. */
  readonly draft: Adjusting | undefined;
  readonly onReview: (adjusting: Adjusting) => void;
  readonly onClose: () => void;
};

export function AdjustForm({ shopper, draft, onReview, onClose }: AdjustFormProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const mayDebit = useCan('wallets:adjust');
  const { data: info } = useQuery(appInfoQuery);
  const currencies = info?.currencies.map(({ code }) => code) ?? [];
  const first = shopper.wallets[0]?.currency ?? currencies[0] ?? 'EUR';
  const form = useApiForm<Adjusting>({
    defaultValues: draft ?? { amount: '', currency: first, direction: 'credit', reason: '' },
    submit: async ({ amount, reason, ...rest }) =>
      onReview({ ...rest, amount: parseAmount(amount) ?? money('0'), reason: reason.trim() }),
  });
  const currency = form.values.watch('currency');
  return (
    <Dialog
      open
      title={t.adjustTitle(shopper.email)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shared.cancel}</Button>
          <Button kind="primary" type="submit" form="adjust">
            {t.review}
          </Button>
        </>
      }
    >
      <Form form={form} id="adjust">
        {mayDebit ? (
          <Select
            label={t.direction}
            options={[
              { value: 'credit', label: t.credit },
              { value: 'debit', label: t.debit },
            ]}
            {...form.field('direction')}
          />
        ) : (
          <p className="text-muted">{t.supportLimit}</p>
        )}
        {currencies.length > 1 && (
          <Select
            label={t.currency}
            options={currencies.map((code) => ({ value: code, label: code }))}
            {...form.field('currency')}
          />
        )}
        <MoneyField
          label={t.amount}
          currency={currency}
          {...form.field('amount', {
            required: true,
            check: (typed) => (parseAmount(typed) === undefined ? t.amountMissing : undefined),
          })}
        />
        <TextArea
          label={t.reason}
          hint={t.reasonHint}
          maxLength={500}
          {...form.field('reason', { required: true })}
        />
      </Form>
    </Dialog>
  );
}
