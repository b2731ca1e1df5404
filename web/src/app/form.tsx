import { type ReactNode, useEffect, useRef } from 'react';
import * as common from '#messages/common.ts';
import { useMessages } from '#ui/locale.tsx';
import type { ApiForm } from './use-api-form.ts';

/** A form of `useApiForm`. What no field can show stands above it, and takes the focus. */
export function Form({
  form,
  id,
  children,
}: {
  readonly form: ApiForm;
  readonly id?: string;
  readonly children: ReactNode;
}) {
  const t = useMessages(common);
  const summary = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (form.problems.length > 0) summary.current?.focus();
  }, [form.problems]);
  return (
    <form id={id} noValidate onSubmit={form.onSubmit} className="grid gap-4">
      {form.problems.length > 0 && (
        <div
          ref={summary}
          role="alert"
          tabIndex={-1}
          className="rounded-control bg-red-fill px-3 py-2 text-red"
        >
          {form.problems.length > 1 && <p className="font-medium">{t.summaryTitle}</p>}
          {form.problems.map((problem) => (
            <p key={problem}>{problem}</p>
          ))}
        </div>
      )}
      {children}
    </form>
  );
}
