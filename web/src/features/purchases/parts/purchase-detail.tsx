import { useState } from 'react';
import * as messages from '#messages/purchases.ts';
import { Link } from '#ui/link.tsx';
import { useFormat, useMessages } from '#ui/locale.tsx';
import { Notice } from '#ui/notice.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import type { Timeline } from '../model.ts';
import { CashbackCard } from './cashback-card.tsx';
import { FactsCard } from './facts-card.tsx';
import { HistoryCard } from './history-card.tsx';
import { PurchaseActions } from './purchase-actions.tsx';
import { PurchaseBadge } from './purchase-badge.tsx';
import { RelatedCard } from './related-card.tsx';
import { WhyCard } from './why-card.tsx';

export function PurchaseDetail({ timeline }: { readonly timeline: Timeline }) {
  const t = useMessages(messages);
  const format = useFormat();
  const [superseded, setSuperseded] = useState<string>();
  const { purchase } = timeline;
  return (
    <div className="grid gap-5">
      <PageTitle
        title={t.amountAt(format.money(purchase.amount, purchase.currency), purchase.merchant_name)}
        path={[{ label: t.title, to: '/purchases' }]}
        here={purchase.external_id}
        actions={<PurchaseActions timeline={timeline} onSuperseded={setSuperseded} />}
      >
        <PurchaseBadge status={purchase.status} held={purchase.held} />
        <span>
          {t.boughtBy(format.date(purchase.purchased_at))}{' '}
          <Link to="/shoppers/$id" params={{ id: purchase.user_id }}>
            {purchase.user_email}
          </Link>
        </span>
      </PageTitle>
      {superseded !== undefined && <Notice onClose={() => setSuperseded(undefined)}>{superseded}</Notice>}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_18.75rem] print:grid-cols-[minmax(0,1fr)_15rem]">
        <div className="grid min-w-0 gap-5">
          <WhyCard timeline={timeline} />
          <HistoryCard timeline={timeline} />
        </div>
        <div className="grid min-w-0 gap-5">
          <CashbackCard timeline={timeline} />
          <FactsCard timeline={timeline} />
          <RelatedCard timeline={timeline} />
        </div>
      </div>
    </div>
  );
}
