import { type ReactNode, useId } from 'react';
import * as common from '#messages/common.ts';
import { Icon } from './icon.tsx';
import { useMessages } from './locale.tsx';

export const CONTROL =
  'w-full rounded-control border border-control bg-surface px-3 min-h-(--target) text-ink placeholder:text-muted aria-invalid:border-red aria-invalid:ring-1 aria-invalid:ring-red disabled:bg-sunken';

export type FieldProps = {
  readonly label: string;
  /** What to enter, below the label. */
  readonly hint?: ReactNode;
  /** What is wrong, and how to mend it. */
  readonly error?: string;
  readonly optional?: boolean;
};

type ControlProps = {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
};

/** The label, hint and error of any control, which takes the properties that bind it to them. */
export function Field({
  label,
  hint,
  error,
  optional = false,
  children,
}: FieldProps & { readonly children: (control: ControlProps) => ReactNode }) {
  const t = useMessages(common);
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`]
    .filter(Boolean)
    .join(' ');
  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label} {optional && <span className="font-normal text-muted">({t.optional})</span>}
      </label>
      {hint !== undefined && (
        <div id={`${id}-hint`} className="text-small text-muted">
          {hint}
        </div>
      )}
      {children({
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {error !== undefined && (
        <p id={`${id}-error`} className="flex items-start gap-1 text-small text-red">
          <Icon name="mark" />
          {error}
        </p>
      )}
    </div>
  );
}
