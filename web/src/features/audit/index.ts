export { auditPages } from './pages.ts';
export { AuditHistory } from './parts/audit-history.tsx';
export { auditHistoryQuery } from './queries.ts';
