import type { ComponentProps } from 'react';
import { CONTROL, Field, type FieldProps } from './field.tsx';

export type TextFieldProps = FieldProps & Omit<ComponentProps<'input'>, 'className' | 'id'>;

/** One line of text, a password, an email address, a date: `type` and `autoComplete` say which. */
export function TextField({ label, hint, error, optional, ...input }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(control) => <input {...input} {...control} className={CONTROL} />}
    </Field>
  );
}
