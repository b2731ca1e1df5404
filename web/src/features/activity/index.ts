export { activityPages } from './pages.ts';
export { MovementEntry } from './parts/movement-entry.tsx';
export { PurchaseEntry } from './parts/purchase-entry.tsx';
export { type Movement, movementsQuery, type OwnPurchase, purchasesQuery } from './queries.ts';
export { movementWords } from './words.ts';
