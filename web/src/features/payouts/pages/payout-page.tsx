import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Loaded } from '#app/loaded.tsx';
import { AuditHistory } from '#features/audit/index.ts';
import * as messages from '#messages/payouts.ts';
import { Card } from '#ui/card.tsx';
import { Link } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import { AccountCard } from '../parts/account-card.tsx';
import { PayoutActions } from '../parts/payout-actions.tsx';
import { PayoutBadge } from '../parts/payout-badge.tsx';
import { PayoutFacts } from '../parts/payout-facts.tsx';
import { PayoutSteps } from '../parts/payout-steps.tsx';
import { PayoutWarnings } from '../parts/payout-warnings.tsx';
import { payoutQuery } from '../queries.ts';

export function PayoutPage() {
  const t = useMessages(messages);
  const format = useFormat();
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = useQuery(payoutQuery(id));
  return (
    <Loaded query={query}>
      {(payout) => (
        <div className="grid gap-5">
          <PageTitle
            title={t.payout(format.money(payout.amount, payout.currency))}
            path={[{ label: t.title, to: '/payouts' }]}
            actions={<PayoutActions payout={payout} />}
          >
            <PayoutBadge status={payout.status} />
            <span>
              {t.toShopper}{' '}
              <Link plain to="/shoppers/$id" params={{ id: payout.user_id }}>
                {payout.user_email}
              </Link>
            </span>
            <PayoutWarnings payout={payout} />
          </PageTitle>
          <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_18.75rem]">
            <div className="grid gap-5">
              <Card title={t.happened}>
                <PayoutSteps payout={payout} />
              </Card>
              <AuditHistory resourceType="payout" resourceId={id} />
            </div>
            <div className="grid gap-5">
              <AccountCard key={payout.status} payout={payout} />
              <PayoutFacts payout={payout} />
            </div>
          </div>
        </div>
      )}
    </Loaded>
  );
}
