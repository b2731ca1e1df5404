import { useState } from 'react';
import { lazyDialog } from '#app/lazy-dialog.tsx';
import { ListPage } from '#app/list-page.tsx';
import { useCan } from '#app/me.ts';
import * as messages from '#messages/staff.ts';
import { Badge } from '#ui/badge.tsx';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import { SearchBox } from '#ui/search-box.tsx';
import { Time } from '#ui/time.tsx';
import { RoleBadges } from '../parts/role-badges.tsx';
import { StaffActions } from '../parts/staff-actions.tsx';
import { staffFilters, staffQuery } from '../queries.ts';

const RolesDialog = lazyDialog(async () => (await import('../parts/roles-dialog.tsx')).RolesDialog);

export function StaffPage() {
  const t = useMessages(messages);
  const mayManage = useCan('staff:manage');
  const [isNew, setNew] = useState(false);
  return (
    <>
      <ListPage
        title={t.title}
        actions={
          mayManage && (
            <Button kind="primary" icon="plus" onClick={() => setNew(true)}>
              {t.add}
            </Button>
          )
        }
        filters={staffFilters}
        query={staffQuery}
        filterBar={({ email }, set) => (
          <SearchBox label={t.email} value={email} onSearch={(typed) => set({ email: typed })} />
        )}
        empty={t.empty}
        rowId={({ id }) => id}
        columns={[
          { id: 'email', header: t.email, cell: ({ email }) => email },
          { id: 'roles', header: t.roles, cell: ({ staff_roles }) => <RoleBadges roles={staff_roles} /> },
          {
            id: 'state',
            header: t.state,
            cell: ({ active }) => (
              <Badge tone={active ? 'green' : 'grey'} icon={active ? 'check' : 'cross'}>
                {active ? t.active : t.inactive}
              </Badge>
            ),
          },
          {
            id: 'since',
            header: t.since,
            lesser: true,
            cell: ({ created_at }) => <Time at={created_at} as="date" />,
          },
          { id: 'actions', header: t.actions, cell: (user) => <StaffActions user={user} /> },
        ]}
      />
      {isNew && <RolesDialog onClose={() => setNew(false)} />}
    </>
  );
}
