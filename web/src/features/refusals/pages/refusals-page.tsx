import { useQuery } from '@tanstack/react-query';
import { ListPage } from '#app/list-page.tsx';
import * as messages from '#messages/refusals.ts';
import { CopyText } from '#ui/copy-text.tsx';
import { ButtonLink, Link } from '#ui/link.tsx';
import { useLocale, useMessages } from '#ui/locale.tsx';
import { Short } from '#ui/short.tsx';
import { Time } from '#ui/time.tsx';
import { RefusalFilterBar } from '../parts/refusal-filter-bar.tsx';
import { partnerNamesQuery, refusalFilters, refusalsQuery } from '../queries.ts';
import { refusalSentences } from '../words.ts';

/** Why an order is missing: partners sent it, and it was refused. */
export function RefusalsPage() {
  const t = useMessages(messages);
  const { locale } = useLocale();
  const { data: partners } = useQuery(partnerNamesQuery());
  const nameOf = (id: string) => partners?.data.find((partner) => partner.id === id)?.name ?? id;
  return (
    <ListPage
      title={t.title}
      filters={refusalFilters}
      query={refusalsQuery}
      filterBar={(filters, set) => (
        <RefusalFilterBar filters={filters} set={set} partners={partners?.data ?? []} />
      )}
      empty={t.empty}
      noMatchAction={({ external_id }) =>
        external_id !== undefined && (
          <ButtonLink to="/purchases" search={{ external_id }}>
            {t.lookAmongPurchases}
          </ButtonLink>
        )
      }
      rowId={({ id }) => id}
      columns={[
        { id: 'when', header: t.columns.when, cell: ({ at }) => <Time at={at} /> },
        {
          id: 'partner',
          header: t.columns.partner,
          cell: ({ partner_id }) => (
            <Link plain to="/partners/$id" params={{ id: partner_id }}>
              {nameOf(partner_id)}
            </Link>
          ),
        },
        {
          id: 'order',
          header: t.columns.order,
          cell: ({ external_id }) =>
            external_id === null ? (
              <span className="text-muted">{t.noOrder}</span>
            ) : (
              <Short>{external_id}</Short>
            ),
        },
        {
          id: 'reason',
          header: t.columns.reason,
          cell: (refusal) => (
            <span className="grid gap-0.5">
              {refusalSentences(refusal, locale).map((sentence) => (
                <span key={sentence}>{sentence}</span>
              ))}
              <code className="text-small text-muted">{refusal.code}</code>
            </span>
          ),
        },
        {
          id: 'request',
          header: t.columns.request,
          cell: ({ request_id }) => <CopyText value={request_id} hidden />,
        },
      ]}
    >
      <p className="max-w-prose text-muted">{t.lead}</p>
    </ListPage>
  );
}
