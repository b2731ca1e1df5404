import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Loaded } from '#app/loaded.tsx';
import { AuditHistory } from '#features/audit/index.ts';
import { OfferTimeLine } from '#features/offers/index.ts';
import * as messages from '#messages/merchants.ts';
import { Card } from '#ui/card.tsx';
import { CopyText } from '#ui/copy-text.tsx';
import { Facts } from '#ui/facts.tsx';
import { Link } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { MerchantActions } from '../parts/merchant-actions.tsx';
import { MerchantBadge } from '../parts/merchant-badge.tsx';
import { merchantQuery } from '../queries.ts';

export function MerchantPage() {
  const t = useMessages(messages);
  const format = useFormat();
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = useQuery(merchantQuery(id));
  return (
    <Loaded query={query}>
      {(merchant) => (
        <div className="grid gap-5">
          <PageTitle
            title={merchant.name}
            path={[{ label: t.title, to: '/merchants' }]}
            actions={<MerchantActions merchant={merchant} />}
          >
            <MerchantBadge active={merchant.active} />
          </PageTitle>
          <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_18.75rem]">
            <div className="grid gap-5">
              <OfferTimeLine merchantId={id} />
              <AuditHistory resourceType="merchant" resourceId={id} />
            </div>
            <Card title={t.facts}>
              <Facts
                facts={[
                  { label: t.rate, value: format.percent(merchant.default_cashback_percentage) },
                  {
                    label: t.days,
                    value:
                      merchant.confirmation_days === null
                        ? t.daysUsual
                        : format.count(merchant.confirmation_days),
                  },
                  {
                    label: t.purchases,
                    value: (
                      <Link to="/purchases" search={{ merchant_id: id }}>
                        {t.purchasesOf}
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
