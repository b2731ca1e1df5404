import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Loaded } from '#app/loaded.tsx';
import { AuditHistory } from '#features/audit/index.ts';
import * as messages from '#messages/partners.ts';
import { Card } from '#ui/card.tsx';
import { CopyText } from '#ui/copy-text.tsx';
import { Facts } from '#ui/facts.tsx';
import { Link } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { Time } from '#ui/time.tsx';
import { PartnerActions } from '../parts/partner-actions.tsx';
import { PartnerBadge } from '../parts/partner-badge.tsx';
import { PartnerKeys } from '../parts/partner-keys.tsx';
import { partnerQuery } from '../queries.ts';
import { signingText } from '../words.ts';

export function PartnerPage() {
  const t = useMessages(messages);
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = useQuery(partnerQuery(id));
  return (
    <Loaded query={query}>
      {(partner) => (
        <div className="grid gap-5">
          <PageTitle
            title={partner.name}
            path={[{ label: t.title, to: '/partners' }]}
            actions={<PartnerActions partner={partner} />}
          >
            <PartnerBadge active={partner.active} />
          </PageTitle>
          <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_18.75rem]">
            <div className="grid gap-5">
              <PartnerKeys partner={partner} />
              <AuditHistory resourceType="partner" resourceId={id} />
            </div>
            <Card title={t.facts}>
              <Facts
                facts={[
                  { label: t.signing, value: signingText(partner, t) },
                  {
                    label: t.merchants,
                    value:
                      partner.merchant_ids === null
                        ? t.allMerchants
                        : t.merchantCount(partner.merchant_ids.length),
                  },
                  { label: t.orderNumbers, value: t.scopes[partner.external_id_scope] },
                  { label: t.since, value: <Time at={partner.created_at} as="date" /> },
                  {
                    label: t.purchases,
                    value: (
                      <Link to="/purchases" search={{ partner_id: id }}>
                        {t.purchasesOf}
                      </Link>
                    ),
                  },
                  {
                    label: t.refusals,
                    value: (
                      <Link to="/refusals" search={{ partner_id: id }}>
                        {t.refusalsOf}
                      </Link>
                    ),
                  },
                  { label: t.id, value: <CopyText value={id} /> },
                ]}
              />
            </Card>
          </div>
        </div>
      )}
    </Loaded>
  );
}
