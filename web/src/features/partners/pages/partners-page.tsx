import { useState } from 'react';
import { lazyDialog } from '#app/lazy-dialog.tsx';
import { ListPage } from '#app/list-page.tsx';
import { useCan } from '#app/me.ts';
import * as common from '#messages/common.ts';
import * as messages from '#messages/partners.ts';
import { Button } from '#ui/button.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { RowActions } from '#ui/row-actions.tsx';
import { SearchBox } from '#ui/search-box.tsx';
import { Select } from '#ui/select.tsx';
import { Time } from '#ui/time.tsx';
import { IssueKeyButton } from '../parts/issue-key-button.tsx';
import { PartnerBadge } from '../parts/partner-badge.tsx';
import { partnerFilters, partnersQuery } from '../queries.ts';
import { signingText } from '../words.ts';

const NewPartnerDialog = lazyDialog(
  async () => (await import('../parts/new-partner-dialog.tsx')).NewPartnerDialog,
);

export function PartnersPage() {
  const t = useMessages(messages);
  const shared = useMessages(common);
  const format = useFormat();
  const mayWrite = useCan('partners:write');
  const [isNew, setNew] = useState(false);
  const create = mayWrite && (
    <Button kind="primary" icon="plus" onClick={() => setNew(true)}>
      {t.create}
    </Button>
  );
  return (
    <>
      <ListPage
        title={t.title}
        actions={create}
        filters={partnerFilters}
        query={partnersQuery}
        filterBar={({ name, active }, set) => (
          <>
            <SearchBox label={t.name} value={name} onSearch={(typed) => set({ name: typed })} />
            <Select
              label={t.state}
              value={active === undefined ? '' : String(active)}
              onChange={({ target: { value } }) =>
                set({ active: value === '' ? undefined : value === 'true' })
              }
              options={[
                { value: '', label: shared.all },
                { value: 'true', label: t.active },
                { value: 'false', label: t.inactive },
              ]}
            />
          </>
        )}
        empty={t.empty}
        emptyAction={create}
        rowId={({ id }) => id}
        rowLink={({ id }) => ({ to: '/partners/$id', params: { id } })}
        columns={[
          { id: 'name', header: t.name, cell: ({ name }) => name },
          { id: 'state', header: t.state, cell: ({ active }) => <PartnerBadge active={active} /> },
          { id: 'keys', header: t.keys, align: 'right', cell: ({ keys }) => format.count(keys) },
          {
            id: 'use',
            header: t.lastUse,
            lesser: true,
            cell: ({ last_used_at: at }) =>
              at === null ? <span className="text-muted">{t.never}</span> : <Time at={at} />,
          },
          { id: 'signing', header: t.signing, lesser: true, cell: (partner) => signingText(partner, t) },
          {
            id: 'actions',
            header: t.actions,
            cell: (partner) =>
              mayWrite &&
              partner.active && (
                <RowActions>
                  <IssueKeyButton quiet partner={partner} />
                </RowActions>
              ),
          },
        ]}
      />
      {isNew && <NewPartnerDialog onClose={() => setNew(false)} />}
    </>
  );
}
