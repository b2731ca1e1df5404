import { useQuery } from '@tanstack/react-query';
import * as messages from '#messages/activity.ts';
import { useMessages } from '#ui/locale.tsx';
import { Select } from '#ui/select.tsx';
import { purchasesQuery } from '../queries.ts';

/** Purchases whose shops can be chosen: the newest. */
const SHOPS_OF = { limit: 100 };

export type ShopSelectProps = {
  /** The id of a merchant. */
  readonly value: string | undefined;
  readonly onChange: (merchantId: string | undefined) => void;
};

/** The shops of the newest purchases. */
export function ShopSelect({ value, onChange }: ShopSelectProps) {
  const t = useMessages(messages);
  const { data } = useQuery({ ...purchasesQuery(SHOPS_OF), staleTime: 300_000 });
  const shops = new Map(data?.data.map((purchase) => [purchase.merchant_id, purchase.merchant_name]));
  return (
    <Select
      label={t.shop}
      value={value ?? ''}
      onChange={({ target }) => onChange(target.value || undefined)}
      options={[
        { value: '', label: t.allShops },
        ...[...shops]
          .map(([id, name]) => ({ value: id, label: name }))
          .sort((one, other) => one.label.localeCompare(other.label)),
      ]}
    />
  );
}
