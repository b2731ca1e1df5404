import { ListPage } from '#app/list-page.tsx';
import * as messages from '#messages/audit.ts';
import { Badge } from '#ui/badge.tsx';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Time } from '#ui/time.tsx';
import { AuditActor } from '../parts/audit-actor.tsx';
import { AuditDetails } from '../parts/audit-details.tsx';
import { AuditFilterBar } from '../parts/audit-filter-bar.tsx';
import { auditFilters, auditQuery } from '../queries.ts';
import { actionText, pageOf, resourceText } from '../words.ts';

/** Everything that anybody did, newest first. */
export function AuditPage() {
  const t = useMessages(messages);
  return (
    <ListPage
      title={t.title}
      filters={auditFilters}
      query={auditQuery}
      filterBar={(filters, set) => <AuditFilterBar filters={filters} onChange={set} />}
      empty={t.empty}
      rowId={({ id }) => id}
      columns={[
        { id: 'when', header: t.when, cell: ({ occurred_at }) => <Time at={occurred_at} /> },
        { id: 'who', header: t.who, cell: (record) => <AuditActor record={record} /> },
        { id: 'what', header: t.what, cell: ({ action }) => actionText(action, t) },
        {
          id: 'on',
          header: t.on,
          cell: (record) => {
            const page = pageOf(record);
            const label = record.resource_label ?? resourceText(record.resource_type, t);
            return page === undefined ? label : <Link {...page}>{label}</Link>;
          },
        },
        {
          id: 'details',
          header: t.details,
          lesser: true,
          cell: (record) => <AuditDetails record={record} />,
        },
        {
          id: 'outcome',
          header: t.outcome,
          cell: ({ outcome }) =>
            outcome === 'success' ? (
              <span className="text-muted">{t.success}</span>
            ) : (
              <Badge tone="red" icon="mark">
                {t.failure}
              </Badge>
            ),
        },
      ]}
    />
  );
}
