import { EntryList } from '#app/entry-list.tsx';
import { useFilters } from '#app/list-page.tsx';
import * as messages from '#messages/activity.ts';
import { ButtonLink } from '#ui/link.tsx';
import { useMessages } from '#ui/locale.tsx';
import { Select } from '#ui/select.tsx';
import { activityFilters, purchasesQuery, STATES } from '../queries.ts';
import { MonthSelect } from './month-select.tsx';
import { PurchaseEntry } from './purchase-entry.tsx';
import { ShopSelect } from './shop-select.tsx';

/** Purchases by state, month and shop. */
export function PurchaseList() {
  const t = useMessages(messages);
  const [filters, set] = useFilters(activityFilters);
  const { status, month, merchant_id: merchantId } = filters;
  const isFiltered = status !== undefined || month !== undefined || merchantId !== undefined;
  const labels = { pending: t.waiting, confirmed: t.yours, reversed: t.takenBack };
  return (
    <>
      <search className="no-print grid grid-cols-2 gap-3 sm:grid-cols-3 max-sm:[&>*:last-child]:col-span-2">
        <Select
          label={t.state}
          value={status?.[0] ?? ''}
          onChange={({ target: { value } }) => {
            const chosen = STATES.find((state) => state === value);
            set({ status: chosen && [chosen] });
          }}
          options={[
            { value: '', label: t.allStates },
            ...STATES.map((value) => ({ value, label: labels[value] })),
          ]}
        />
        <MonthSelect value={month} onChange={(chosen) => set({ month: chosen })} />
        <ShopSelect value={merchantId} onChange={(chosen) => set({ merchant_id: chosen })} />
      </search>
      <EntryList
        query={purchasesQuery(filters)}
        place={filters}
        empty={t.noPurchases}
        emptyAction={
          <ButtonLink kind="primary" to="/offers">
            {t.toOffers}
          </ButtonLink>
        }
        onClear={
          isFiltered ? () => set({ status: undefined, month: undefined, merchant_id: undefined }) : undefined
        }
      >
        {(purchase) => <PurchaseEntry key={purchase.id} purchase={purchase} />}
      </EntryList>
    </>
  );
}
