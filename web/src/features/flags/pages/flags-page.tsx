import { useState } from 'react';
import { lazyDialog } from '#app/lazy-dialog.tsx';
import { ListPage } from '#app/list-page.tsx';
import { useCan } from '#app/me.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/flags.ts';
import { Badge } from '#ui/badge.tsx';
import { Button } from '#ui/button.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Select } from '#ui/select.tsx';
import { Short } from '#ui/short.tsx';
import { Time } from '#ui/time.tsx';
import { FlagActions } from '../parts/flag-actions.tsx';
import { flagFilters, flagsQuery } from '../queries.ts';

const SetFlagDialog = lazyDialog(async () => (await import('../parts/set-flag-dialog.tsx')).SetFlagDialog);

export function FlagsPage() {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const mayWrite = useCan('feature-flags:write');
  const [isNew, setNew] = useState(false);
  return (
    <>
      <ListPage
        title={t.title}
        actions={
          mayWrite && (
            <Button kind="primary" icon="plus" onClick={() => setNew(true)}>
              {t.set}
            </Button>
          )
        }
        filters={flagFilters}
        query={flagsQuery}
        filterBar={({ scope_type }, set) => (
          <Select
            label={t.scope}
            value={scope_type ?? ''}
            onChange={({ target: { value } }) =>
              set({ scope_type: (value || undefined) as typeof scope_type })
            }
            options={[
              { value: '', label: shared.all },
              ...Object.entries(t.scopes).map(([value, label]) => ({ value, label })),
            ]}
          />
        )}
        empty={t.empty}
        rowId={({ id }) => id}
        columns={[
          { id: 'key', header: t.key, cell: ({ key }) => <code className="font-mono">{key}</code> },
          {
            id: 'state',
            header: t.state,
            cell: ({ enabled }) => (
              <Badge tone={enabled ? 'green' : 'red'} icon={enabled ? 'check' : 'pause'}>
                {enabled ? t.on : t.off}
              </Badge>
            ),
          },
          {
            id: 'scope',
            header: t.scope,
            cell: ({ scope_type, scope_id }) => (
              <>
                {t.scopes[scope_type]}
                {scope_id !== null && (
                  <span className="block text-small text-muted">
                    <Short>{scope_id}</Short>
                  </span>
                )}
              </>
            ),
          },
          { id: 'why', header: t.why, lesser: true, cell: ({ description }) => description ?? '–' },
          {
            id: 'changed',
            header: t.changed,
            lesser: true,
            cell: ({ updated_at }) => <Time at={updated_at} />,
          },
          { id: 'actions', header: t.actions, cell: (flag) => <FlagActions flag={flag} /> },
        ]}
      >
        <p className="max-w-prose text-muted">{t.intro}</p>
      </ListPage>
      {isNew && <SetFlagDialog onClose={() => setNew(false)} />}
    </>
  );
}
