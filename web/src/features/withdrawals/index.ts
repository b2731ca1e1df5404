export { WithdrawalEntry } from './parts/withdrawal-entry.tsx';
export { type Withdrawal, withdrawalsQuery } from './queries.ts';
