import { useQuery } from '@tanstack/react-query';
import type { FiltersOf } from '#app/page-kit.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/offers.ts';
import { useMessages } from '#ui/locale.tsx';
import { Select } from '#ui/select.tsx';
import { merchantChoicesQuery, type offerFilters } from '../queries.ts';

type Filters = FiltersOf<typeof offerFilters>;

export type OfferFilterBarProps = {
  readonly filters: Filters;
  readonly onChange: (change: Partial<Filters>) => void;
};

export function OfferFilterBar({ filters, onChange }: OfferFilterBarProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const { data } = useQuery(merchantChoicesQuery());
  return (
    <>
      <Select
        label={t.merchant}
        value={filters.merchant_id ?? ''}
        onChange={({ target: { value } }) => onChange({ merchant_id: value || undefined })}
        options={[
          { value: '', label: shared.all },
          ...(data?.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <Select
        label={t.state}
        value={filters.status ?? ''}
        onChange={({ target: { value } }) => onChange({ status: (value || undefined) as Filters['status'] })}
        options={[
          { value: '', label: shared.all },
          { value: 'active', label: t.filterActive },
          { value: 'inactive', label: t.filterInactive },
        ]}
      />
    </>
  );
}
