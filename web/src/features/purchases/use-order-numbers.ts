import { useQueryClient } from '@tanstack/react-query';
import type { ListOf } from '#app/page-kit.ts';
import type { PurchaseRow } from './model.ts';

/** The order numbers of purchases that a list has shown. A refused item names its purchase by id alone. */
export function useOrderNumbers(): (id: string) => string {
  const client = useQueryClient();
  return (id) => {
    const lists = client.getQueriesData<ListOf<PurchaseRow>>({ queryKey: ['purchases', 'list'] });
    const rows = lists.flatMap(([, list]) => list?.data ?? []);
    return rows.find((row) => row.id === id)?.external_id ?? id;
  };
}
