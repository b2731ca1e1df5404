import * as messages from '#messages/audit.ts';
import * as common from '#messages/common.ts';
import { DateRange } from '#ui/date-range.tsx';
import { useMessages } from '#ui/locale.tsx';
import { SearchBox } from '#ui/search-box.tsx';
import { Select } from '#ui/select.tsx';
import type { AuditFilters } from '../queries.ts';

export type AuditFilterBarProps = {
  readonly filters: AuditFilters;
  readonly onChange: (change: Partial<AuditFilters>) => void;
};

export function AuditFilterBar({ filters, onChange }: AuditFilterBarProps) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const all = { value: '', label: shared.all };
  const options = (words: Readonly<Record<string, string>>) => [
    all,
    ...Object.entries(words).map(([value, label]) => ({ value, label })),
  ];
  return (
    <>
      <Select
        label={t.action}
        value={filters.action ?? ''}
        onChange={({ target: { value } }) => onChange({ action: value || undefined })}
        options={options(t.actions)}
      />
      <Select
        label={t.actorType}
        value={filters.actor_type ?? ''}
        onChange={({ target: { value } }) =>
          onChange({ actor_type: (value || undefined) as AuditFilters['actor_type'] })
        }
        options={options(t.actors)}
      />
      <Select
        label={t.outcome}
        value={filters.outcome?.[0] ?? ''}
        onChange={({ target: { value } }) =>
          onChange({ outcome: value === '' ? undefined : [value as 'success' | 'failure'] })
        }
        options={[all, { value: 'success', label: t.success }, { value: 'failure', label: t.failure }]}
      />
      <SearchBox
        label={t.resource}
        value={filters.resource_id}
        onSearch={(resource_id) => onChange({ resource_id })}
      />
      <SearchBox
        label={t.request}
        value={filters.request_id}
        onSearch={(request_id) => onChange({ request_id })}
      />
      <DateRange value={{ from: filters.from, to: filters.to }} onChange={onChange} />
    </>
  );
}
