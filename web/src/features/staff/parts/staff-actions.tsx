import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { User } from '#app/client.ts';
import { lazyDialog } from '#app/lazy-dialog.tsx';
import { meQuery, useCan } from '#app/me.ts';
import * as messages from '#messages/staff.ts';
import { Button } from '#ui/button.tsx';
import { ButtonLink } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { RowActions } from '#ui/row-actions.tsx';

const RolesDialog = lazyDialog(async () => (await import('./roles-dialog.tsx')).RolesDialog);

export function StaffActions({ user }: { readonly user: User }) {
  const t = useMessages(messages);
  const mayManage = useCan('staff:manage');
  const { data: me } = useQuery(meQuery);
  const [isOpen, setOpen] = useState(false);
  const isOwn = me?.id === user.id;
  return (
    <RowActions>
      {mayManage && (
        <Button
          kind="quiet"
          aria-label={t.changeOf(user.email)}
          aria-disabled={isOwn}
          title={isOwn ? t.own : undefined}
          onClick={() => setOpen(true)}
        >
          {t.change}
        </Button>
      )}
      <ButtonLink kind="quiet" to="/audit" search={{ actor_id: user.id }}>
        {t.history}
      </ButtonLink>
      {isOpen && <RolesDialog user={user} onClose={() => setOpen(false)} />}
    </RowActions>
  );
}
