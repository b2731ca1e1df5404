import { useQuery } from '@tanstack/react-query';
import type { Partner } from '#app/client.ts';
import { Loaded } from '#app/loaded.tsx';
import * as messages from '#messages/partners.ts';
import { Badge } from '#ui/badge.tsx';
import { Card } from '#ui/card.tsx';
import { Empty } from '#ui/empty.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Table } from '#ui/table.tsx';
import { Time } from '#ui/time.tsx';
import { partnerKeysQuery } from '../queries.ts';
import { keyLook } from '../words.ts';
import { RevokeKeyButton } from './revoke-key-button.tsx';

export function PartnerKeys({ partner }: { readonly partner: Partner }) {
  const t = useMessages(messages);
  const query = useQuery(partnerKeysQuery(partner.id));
  return (
    <Card flush title={t.keys}>
      <Loaded query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>{t.noKeys}</Empty>
          ) : (
            <Table
              label={t.keys}
              rows={data}
              rowId={({ id }) => id}
              columns={[
                {
                  id: 'name',
                  header: t.keyName,
                  cell: ({ name }) => name ?? <span className="text-muted">{t.unnamed}</span>,
                },
                {
                  id: 'prefix',
                  header: t.prefix,
                  cell: ({ prefix }) => <code className="font-mono text-small">{prefix}…</code>,
                },
                {
                  id: 'may',
                  header: t.may,
                  lesser: true,
                  cell: ({ scopes }) => scopes.map((scope) => t.short[scope]).join(', '),
                },
                {
                  id: 'use',
                  header: t.lastUse,
                  cell: ({ last_used_at: at }) =>
                    at === null ? <span className="text-muted">{t.never}</span> : <Time at={at} />,
                },
                {
                  id: 'state',
                  header: t.state,
                  cell: (key) => {
                    const { text, ...look } = keyLook(key, Date.now(), t);
                    return <Badge {...look}>{text}</Badge>;
                  },
                },
                {
                  id: 'actions',
                  header: t.actions,
                  cell: (key) => <RevokeKeyButton partnerId={partner.id} partnerKey={key} />,
                },
              ]}
            />
          )
        }
      </Loaded>
    </Card>
  );
}
