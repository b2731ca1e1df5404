import { useQuery } from '@tanstack/react-query';
import * as common from '#messages/common.ts';
import * as messages from '#messages/shoppers.ts';
import { Badge } from '#ui/badge.tsx';
import { useMessages } from '#ui/locale.tsx';
import { flagsOfQuery } from '../queries.ts';
import { TabTable } from './tab-table.tsx';

export function FlagsTab({ userId }: { readonly userId: string }) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  return (
    <TabTable
      query={useQuery(flagsOfQuery(userId))}
      label={t.tabs.flags}
      empty={t.noFlags}
      rowId={({ id }) => id}
      columns={[
        { id: 'key', header: t.flags.key, cell: ({ key }) => <code>{key}</code> },
        {
          id: 'state',
          header: t.flags.state,
          cell: ({ enabled }) => (
            <Badge tone={enabled ? 'green' : 'grey'} icon={enabled ? 'check' : 'cross'}>
              {enabled ? t.flags.on : t.flags.off}
            </Badge>
          ),
        },
        {
          id: 'description',
          header: t.flags.description,
          cell: ({ description }) => description ?? shared.notEntered,
        },
      ]}
    />
  );
}
