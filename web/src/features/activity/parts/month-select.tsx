import { monthsUntil } from '#lib/dates.ts';
import * as messages from '#messages/activity.ts';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { Select } from '#ui/select.tsx';

const MONTHS = 24;

export type MonthSelectProps = {
  /** Such as `2026-11`. */
  readonly value: string | undefined;
  readonly onChange: (month: string | undefined) => void;
};

/** The last two years by month. */
export function MonthSelect({ value, onChange }: MonthSelectProps) {
  const t = useMessages(messages);
  const format = useFormat();
  return (
    <Select
      label={t.month}
      value={value ?? ''}
      onChange={({ target }) => onChange(target.value || undefined)}
      options={[
        { value: '', label: t.allMonths },
        ...monthsUntil(MONTHS).map((month) => ({ value: month, label: format.month(month) })),
      ]}
    />
  );
}
