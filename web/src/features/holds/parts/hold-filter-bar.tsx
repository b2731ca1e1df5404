import * as messages from '#messages/holds.ts';
import { useMessages } from '#ui/locale.tsx';
import { Select } from '#ui/select.tsx';
import { HOLD_STATES, type HoldFilters } from '../queries.ts';

export type HoldFilterBarProps = {
  readonly filters: HoldFilters;
  readonly set: (change: Partial<HoldFilters>) => void;
};

export function HoldFilterBar({ filters: { state = 'open' }, set }: HoldFilterBarProps) {
  const t = useMessages(messages);
  const choices = [...HOLD_STATES, 'all'] as const;
  return (
    <Select
      label={t.columns.state}
      value={state}
      onChange={({ target }) => {
        const chosen = choices.find((one) => one === target.value);
        set({ state: chosen === 'open' ? undefined : chosen });
      }}
      options={choices.map((one) => ({ value: one, label: t.states[one] }))}
    />
  );
}
