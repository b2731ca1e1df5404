import { useState } from 'react';
import { type DefaultValues, type FieldValues, type Path, useForm } from 'react-hook-form';
import * as common from '#messages/common.ts';
import { useMessages } from '#ui/locale.tsx';
import { violationsOf } from './errors.ts';
import { useErrorText } from './failure.tsx';

export type ApiFormOptions<Values extends FieldValues> = {
  readonly defaultValues: DefaultValues<Values>;
  /** Sends the values. What it throws is shown: at the fields that it names, otherwise above the form. */
  readonly submit: (values: Values) => Promise<unknown>;
};

type FieldRules<Values extends FieldValues> = {
  readonly required?: boolean;
  /** Presence and shape only: rules are the server's. Returns what is wrong. */
  readonly check?: (value: string, values: Values) => string | undefined;
};

/** A form whose names are the paths of the request's body, such as `details.iban`, so the server's refusals find their fields. */
export function useApiForm<Values extends FieldValues>({ defaultValues, submit }: ApiFormOptions<Values>) {
  const t = useMessages(common);
  const text = useErrorText();
  const [problems, setProblems] = useState<readonly string[]>([]);
  const form = useForm<Values>({ defaultValues, shouldFocusError: true });
  const { errors, isSubmitting } = form.formState;

  async function send(values: Values): Promise<void> {
    setProblems([]);
    try {
      await submit(values);
    } catch (error) {
      const violations = violationsOf(error);
      const atFields = violations.filter(({ field }) => hasField(form.getValues(), field));
      for (const [index, { field, reason }] of atFields.entries())
        form.setError(
          field as Path<Values>,
          { type: 'server', message: reason },
          { shouldFocus: index === 0 },
        );
      if (atFields.length === 0) setProblems([text(error)]);
      else if (atFields.length < violations.length)
        setProblems(
          violations.filter((violation) => !atFields.includes(violation)).map(({ reason }) => reason),
        );
    }
  }

  return {
    values: form,
    isSubmitting,
    problems,
    onSubmit: form.handleSubmit(send),
    /** The properties of a field: `<TextField label={t.email} {...form.field('email', { required: true })} />`. */
    field(name: Path<Values>, { required = false, check }: FieldRules<Values> = {}) {
      const error = at(errors, name) as { message?: string } | undefined;
      return {
        ...form.register(name, {
          ...(required && { required: t.required }),
          ...(check && { validate: (value: string, values: Values) => check(value, values) }),
        }),
        ...(error && { error: error.message || t.required }),
      };
    },
  };
}

export type ApiForm = Pick<
  ReturnType<typeof useApiForm<FieldValues>>,
  'onSubmit' | 'problems' | 'isSubmitting'
>;

function hasField(values: FieldValues, path: string): boolean {
  return at(values, path) !== undefined;
}

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}
