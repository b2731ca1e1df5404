export type { LedgerReport } from './model.ts';
export { totalAsText } from './sentences.ts';
export { verifyLedger } from './service.ts';
