import { useQuery } from '@tanstack/react-query';
import * as common from '#messages/common.ts';
import * as messages from '#messages/shoppers.ts';
import { useMessages } from '#ui/locale.tsx';
import { Time } from '#ui/time.tsx';
import { sessionsOfQuery } from '../queries.ts';
import { TabTable } from './tab-table.tsx';

export function SessionsTab({ userId }: { readonly userId: string }) {
  const t = useMessages(messages);
  const shared = useMessages(common);
  return (
    <TabTable
      query={useQuery(sessionsOfQuery(userId))}
      label={t.tabs.sessions}
      empty={t.noSessions}
      rowId={({ id }) => id}
      columns={[
        {
          id: 'device',
          header: t.sessions.device,
          cell: ({ device, user_agent }) => device ?? user_agent ?? t.unknownDevice,
        },
        {
          id: 'address',
          header: t.sessions.address,
          lesser: true,
          cell: ({ address }) => address ?? shared.notEntered,
        },
        { id: 'since', header: t.sessions.since, cell: ({ created_at }) => <Time at={created_at} /> },
        {
          id: 'used',
          header: t.sessions.lastUsed,
          cell: ({ last_used_at }) =>
            last_used_at === null ? shared.notEntered : <Time at={last_used_at} />,
        },
      ]}
    />
  );
}
