export { withdrawalPages } from './pages.ts';
export { WithdrawalEntry } from './parts/withdrawal-entry.tsx';
export { policyQuery, type Withdrawal, withdrawalsQuery } from './queries.ts';
