export type { Action, HoldReason } from './model.ts';
export { purchasePages } from './pages.ts';
export { DecideDialog } from './parts/decide-dialog.tsx';
export { usePurchaseColumns } from './parts/use-purchase-columns.tsx';
export { purchasesQuery } from './queries.ts';
export { holdReasonWords } from './reasons.ts';
