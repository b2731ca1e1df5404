import type { useApiForm } from '#app/use-api-form.ts';
import { groupIban, isIban } from '#lib/iban.ts';
import * as messages from '#messages/withdraw.ts';
import { useMessages } from '#ui/locale.tsx';
import { TextField } from '#ui/text-field.tsx';
import type { DraftValues } from '../draft.ts';

type AccountFieldsProps = { readonly form: ReturnType<typeof useApiForm<DraftValues>> };

/** A new account. The IBAN is grouped in fours as soon as the person leaves it. */
export function AccountFields({ form }: AccountFieldsProps) {
  const t = useMessages(messages);
  const iban = form.field('iban', {
    required: true,
    check: (typed) => (isIban(typed) ? undefined : t.notAnIban),
  });
  return (
    <>
      <TextField
        label={t.iban}
        hint={t.ibanHint}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        {...iban}
        onBlur={(event) => {
          form.values.setValue('iban', groupIban(event.target.value));
          return iban.onBlur(event);
        }}
      />
      <TextField label={t.holder} autoComplete="name" {...form.field('holder', { required: true })} />
    </>
  );
}
