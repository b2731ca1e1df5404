import { useQuery } from '@tanstack/react-query';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/audit.ts';
import { Card } from '#ui/card.tsx';
import { Empty } from '#ui/empty.tsx';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Table } from '#ui/table.tsx';
import { Time } from '#ui/time.tsx';
import { auditHistoryQuery } from '../queries.ts';
import { actionText } from '../words.ts';
import { AuditActor } from './audit-actor.tsx';
import { AuditDetails } from './audit-details.tsx';

export type AuditHistoryProps = {
  /** As the audit log has it: `merchant`, `payout`. */
  readonly resourceType: string;
  readonly resourceId: string;
};

/** Who changed a thing, at the foot of its page. */
export function AuditHistory({ resourceType, resourceId }: AuditHistoryProps) {
  const t = useMessages(messages);
  const query = useQuery(auditHistoryQuery(resourceType, resourceId));
  const search = { resource_type: resourceType, resource_id: resourceId };
  return (
    <Card
      flush
      title={t.history}
      actions={
        <Link to="/audit" search={search}>
          {t.all}
        </Link>
      }
    >
      <Loaded query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>{t.noHistory}</Empty>
          ) : (
            <Table
              label={t.history}
              rows={data}
              rowId={({ id }) => id}
              columns={[
                { id: 'when', header: t.when, cell: ({ occurred_at }) => <Time at={occurred_at} /> },
                { id: 'who', header: t.who, cell: (record) => <AuditActor record={record} /> },
                { id: 'what', header: t.what, cell: ({ action }) => actionText(action, t) },
                { id: 'details', header: t.details, cell: (record) => <AuditDetails record={record} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Card>
  );
}
