import * as common from '#messages/common.ts';
import * as messages from '#messages/refusals.ts';
import { useMessages } from '#ui/locale.tsx';
import { SearchBox } from '#ui/search-box.tsx';
import { Select } from '#ui/select.tsx';
import { TextField } from '#ui/text-field.tsx';
import { REFUSAL_CODES, type RefusalFilters } from '../queries.ts';

export type RefusalFilterBarProps = {
  readonly filters: RefusalFilters;
  readonly set: (change: Partial<RefusalFilters>) => void;
  readonly partners: readonly { readonly id: string; readonly name: string }[];
};

export function RefusalFilterBar({ filters, set, partners }: RefusalFilterBarProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const { external_id, partner_id, code, from, to } = filters;
  return (
    <>
      <SearchBox
        label={t.columns.order}
        value={external_id}
        onSearch={(text) => set({ external_id: text })}
      />
      <Select
        label={t.columns.partner}
        value={partner_id ?? ''}
        onChange={({ target }) => set({ partner_id: target.value || undefined })}
        options={[
          { value: '', label: shared.all },
          ...partners.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <Select
        label={t.code}
        value={code ?? ''}
        onChange={({ target }) => set({ code: REFUSAL_CODES.find((one) => one === target.value) })}
        options={[
          { value: '', label: shared.all },
          ...REFUSAL_CODES.map((one) => ({ value: one, label: t.codes[one] })),
        ]}
      />
      <TextField
        label={t.from}
        type="date"
        value={from ?? ''}
        onChange={({ target }) => set({ from: target.value || undefined })}
      />
      <TextField
        label={t.to}
        type="date"
        value={to ?? ''}
        onChange={({ target }) => set({ to: target.value || undefined })}
      />
    </>
  );
}
