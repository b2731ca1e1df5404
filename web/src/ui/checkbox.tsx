import { type ComponentProps, type ReactNode, useEffect, useRef } from 'react';

export type CheckboxProps = Omit<ComponentProps<'input'>, 'className' | 'type'> & {
  readonly label: ReactNode;
  /** The label is for screen readers only, as in a table. */
  readonly hidesLabel?: boolean;
  /** Some, not all, of what it stands for is chosen. */
  readonly partial?: boolean;
};

export function Checkbox({ label, hidesLabel = false, partial = false, ...input }: CheckboxProps) {
  const ref = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (ref.current) ref.current.indeterminate = partial;
  }, [partial]);
  return (
    <label className="inline-flex min-h-6 min-w-6 items-center gap-2">
      <input {...input} ref={ref} type="checkbox" className="size-4 shrink-0 accent-brand" />
      <span className={hidesLabel ? 'sr-only' : undefined}>{label}</span>
    </label>
  );
}
