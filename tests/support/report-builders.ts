import type { State, Summary } from '../../src/modules/insight/reports/model.ts';

export const AS_OF = Temporal.Instant.from('2026-03-14T09:26:50Z');

export function aState(changes: Partial<State> = {}): State {
  return {
    currency: 'EUR',
    wallets: 9,
    pending: 70_00n,
    available: 25_00n,
    availableOwed: 30_00n,
    paid: 200_00n,
    owedWallets: 6,
    withdrawable: 28_00n,
    withdrawableWallets: 2,
    belowZero: 5_00n,
    belowZeroWallets: 1,
    payoutsDue: 11_00n,
    payoutsDueCount: 3,
    payoutsDueSince: Temporal.Instant.from('2026-03-10T00:00:00Z'),
    held: 4_00n,
    heldPurchases: 2,
    heldSince: null,
    given: 295_00n,
    entries: 42,
    ...changes,
  };
}

export function aSummary(changes: Partial<Summary> = {}): Summary {
  const overdue = { currency: 'EUR', day: '2026-01-01' } as const;
  return {
    currency: 'EUR',
    asOf: AS_OF,
    state: aState(),
    overdue: [
      {
        ...overdue,
        blockedBy: 'user_inactive',
        purchases: 1,
        cashback: 1_00n,
        since: Temporal.Instant.from('2026-01-01T10:00:00Z'),
      },
      {
        ...overdue,
        blockedBy: 'merchant_inactive',
        purchases: 2,
        cashback: 3_00n,
        since: Temporal.Instant.from('2026-01-01T09:00:00Z'),
      },
    ],
    outcomes: {
      confirmedPurchases: 7,
      reversedPurchases: 1,
      availableCashback: 75_00n,
      reversedCashback: 25_00n,
    },
    refused: { since: Temporal.Instant.from('2026-03-13T10:00:00Z'), refused: 1, reported: 3 },
    minimum: 10_00n,
    ...changes,
  };
}
