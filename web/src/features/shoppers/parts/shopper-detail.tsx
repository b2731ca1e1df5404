import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import * as messages from '#messages/shoppers.ts';
import { Badge } from '#ui/badge.tsx';
import { Link } from '#ui/link.tsx';
import { LinkTabs } from '#ui/link-tabs.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Notice } from '#ui/notice.tsx';
import { PageTitle } from '#ui/page-title.tsx';
import type { Shopper } from '../model.ts';
import { shopperSearch, TABS } from '../queries.ts';
import { Balances } from './balances.tsx';
import { ShopperActions } from './shopper-actions.tsx';
import { ShopperBadge } from './shopper-badge.tsx';
import { ShopperFacts } from './shopper-facts.tsx';
import { ShopperTab } from './shopper-tab.tsx';

export function ShopperDetail({ shopper }: { readonly shopper: Shopper }) {
  const t = useMessages(messages);
  const { tab = 'purchases' } = shopperSearch(useSearch({ strict: false }));
  const [waits, setWaits] = useState(false);
  return (
    <div className="grid gap-5">
      <PageTitle
        title={shopper.email}
        path={[{ label: t.title, to: '/shoppers' }]}
        actions={<ShopperActions shopper={shopper} onAwaitingApproval={() => setWaits(true)} />}
      >
        <ShopperBadge active={shopper.active} />
        {!shopper.email_verified && (
          <Badge tone="amber" icon="mark">
            {t.unproven}
          </Badge>
        )}
      </PageTitle>
      {waits && (
        <Notice onClose={() => setWaits(false)}>
          <span>
            {t.waitsForApproval}{' '}
            <Link to="/adjustments" search={{ user_id: shopper.id }}>
              {t.seeAdjustments}
            </Link>
          </span>
        </Notice>
      )}
      <Balances wallets={shopper.wallets} />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_18.75rem]">
        <div className="grid min-w-0 gap-4">
          <LinkTabs
            label={t.tabsName}
            tabs={TABS.map((value) => ({
              label: t.tabs[value],
              place: { to: '.', search: value === 'purchases' ? {} : { tab: value } },
              isCurrent: value === tab,
            }))}
          />
          <ShopperTab tab={tab} shopper={shopper} />
        </div>
        <ShopperFacts shopper={shopper} />
      </div>
    </div>
  );
}
