import type { ComponentProps } from 'react';
import { currencyOf } from '#lib/money.ts';
import { CONTROL, Field, type FieldProps } from './field.tsx';
import { useLocale } from './locale.tsx';

export type MoneyFieldProps = FieldProps &
  Omit<ComponentProps<'input'>, 'className' | 'id' | 'type'> & { readonly currency: string };

/** An amount as the person types it, with comma or point. `parseAmount` of lib/money reads it. */
export function MoneyField({ label, hint, error, optional, currency, ...input }: MoneyFieldProps) {
  const { locale } = useLocale();
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(control) => (
        <div className="relative">
          <input
            inputMode="decimal"
            autoComplete="off"
            {...input}
            {...control}
            className={`${CONTROL} amount pr-12 text-right`}
          />
          <span className="pointer-events-none absolute inset-y-0 right-0 grid w-11 place-items-center text-muted">
            {currencyOf(currency, locale).symbol}
          </span>
        </div>
      )}
    </Field>
  );
}
