import type { Shopper } from '../model.ts';
import type { Tab } from '../queries.ts';
import { FlagsTab } from './flags-tab.tsx';
import { JournalTab } from './journal-tab.tsx';
import { PayoutsTab } from './payouts-tab.tsx';
import { PurchasesTab } from './purchases-tab.tsx';
import { SessionsTab } from './sessions-tab.tsx';

export function ShopperTab({ tab, shopper }: { readonly tab: Tab; readonly shopper: Shopper }) {
  switch (tab) {
    case 'purchases':
      return <PurchasesTab userId={shopper.id} />;
    case 'journal':
      return <JournalTab shopper={shopper} />;
    case 'payouts':
      return <PayoutsTab userId={shopper.id} />;
    case 'flags':
      return <FlagsTab userId={shopper.id} />;
    case 'sessions':
      return <SessionsTab userId={shopper.id} />;
  }
}
