import { useQuery } from '@tanstack/react-query';
import type { useApiForm } from '#app/use-api-form.ts';
import { parseAmount } from '#lib/money.ts';
import * as messages from '#messages/offers.ts';
import { useMessages } from '#ui/locale.tsx';
import { MoneyField } from '#ui/money-field.tsx';
import { Select } from '#ui/select.tsx';
import { TextField } from '#ui/text-field.tsx';
import type { OfferDraft } from '../offer-draft.ts';
import { merchantChoicesQuery } from '../queries.ts';

export type OfferFieldsProps = {
  readonly form: ReturnType<typeof useApiForm<OfferDraft>>;
  readonly currencies: readonly string[];
};

export function OfferFields({ form, currencies }: OfferFieldsProps) {
  const t = useMessages(messages);
  const { data } = useQuery(merchantChoicesQuery());
  const currency = form.values.watch('currency');
  const isNumber = (typed: string) =>
    typed === '' || parseAmount(typed) !== undefined ? undefined : t.rateWrong;
  return (
    <>
      <Select
        label={t.merchant}
        options={[
          { value: '', label: t.chooseMerchant },
          ...(data?.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
        {...form.field('merchant_id', { required: true })}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label={t.type}
          options={[
            { value: 'percent', label: t.types.percent },
            { value: 'fixed', label: t.types.fixed },
          ]}
          {...form.field('cashback_type')}
        />
        <TextField
          label={t.rate}
          inputMode="decimal"
          autoComplete="off"
          {...form.field('cashback_value', { required: true, check: isNumber })}
        />
        <TextField label={t.firstDay} type="date" {...form.field('start_date', { required: true })} />
        <TextField label={t.lastDay} type="date" {...form.field('end_date', { required: true })} />
        {currencies.length > 1 && (
          <Select
            label={t.currency}
            options={currencies.map((code) => ({ value: code, label: code }))}
            {...form.field('currency')}
          />
        )}
      </div>
      <p className="text-small text-muted">{t.utcHint}</p>
      <MoneyField
        label={t.limit}
        hint={t.limitHint}
        optional
        currency={currency}
        {...form.field('monthly_cap', { check: isNumber })}
      />
    </>
  );
}
