import type { ComponentProps } from 'react';
import { CONTROL, Field, type FieldProps } from './field.tsx';

export type TextAreaProps = FieldProps & Omit<ComponentProps<'textarea'>, 'className' | 'id'>;

export function TextArea({ label, hint, error, optional, rows = 3, ...input }: TextAreaProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(control) => <textarea rows={rows} {...input} {...control} className={`${CONTROL} py-2`} />}
    </Field>
  );
}
