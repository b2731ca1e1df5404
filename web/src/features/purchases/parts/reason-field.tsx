import * as messages from '#messages/purchases.ts';
import { useMessages } from '#ui/locale.tsx';
import { Select } from '#ui/select.tsx';
import { REVERSAL_REASONS, type ReversalReason } from '../model.ts';

export type ReasonFieldProps = {
  readonly value: ReversalReason | undefined;
  readonly onChange: (reason: ReversalReason | undefined) => void;
  readonly error: string | undefined;
};

/** Why a purchase is taken back. Nothing is preset: the shopper reads it. */
export function ReasonField({ value, onChange, error }: ReasonFieldProps) {
  const t = useMessages(messages);
  return (
    <Select
      label={t.dialogs.reason}
      error={error}
      value={value ?? ''}
      onChange={({ target }) => onChange(REVERSAL_REASONS.find((reason) => reason === target.value))}
      options={[
        { value: '', label: t.dialogs.chooseReason },
        ...REVERSAL_REASONS.map((reason) => ({ value: reason, label: t.reversalReasons[reason] })),
      ]}
    />
  );
}
