import type { ReactNode } from 'react';

export type ChoiceOption = {
  readonly value: string;
  readonly label: string;
  readonly description?: ReactNode;
};

export type ChoiceProps = {
  /** The question that the options answer. */
  readonly label: string;
  readonly name: string;
  readonly options: readonly ChoiceOption[];
  readonly value: string;
  readonly onChange: (value: string) => void;
};

/** One of a few options, each with room to explain itself. */
export function Choice({ label, name, options, value, onChange }: ChoiceProps) {
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 font-medium">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="flex min-h-(--target) items-start gap-3 rounded-control border border-control px-3 py-2.5 has-checked:border-brand has-checked:ring-1 has-checked:ring-brand has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus"
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={value === option.value}
            onChange={() => onChange(option.value)}
            className="mt-1 size-4 shrink-0 accent-brand outline-none"
          />
          <span className="min-w-0">
            {option.label}
            {option.description && (
              <span className="block text-small break-words text-muted">{option.description}</span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
