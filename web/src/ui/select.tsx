import type { ComponentProps } from 'react';
import { CONTROL, Field, type FieldProps } from './field.tsx';
import { Icon } from './icon.tsx';

export type Option = { readonly value: string; readonly label: string };

export type SelectProps = FieldProps &
  Omit<ComponentProps<'select'>, 'className' | 'id' | 'children'> & {
    readonly options: readonly Option[];
  };

/** The native list of choices: it works with every keyboard, phone and screen reader. */
export function Select({ label, hint, error, optional, options, ...select }: SelectProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(control) => (
        <div className="relative">
          <select {...select} {...control} className={`${CONTROL} appearance-none pr-9`}>
            {options.map(({ value, label: text }) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
          <span className="pointer-events-none absolute inset-y-0 right-3 grid place-items-center text-muted">
            <Icon name="chevron" />
          </span>
        </div>
      )}
    </Field>
  );
}
