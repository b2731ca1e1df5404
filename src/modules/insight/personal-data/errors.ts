import { defineError } from '../../../core/errors.ts';

export const payoutUnderWay = defineError<{ payout_ids: readonly string[] }>(
  'conflict',
  'PAYOUT_UNDER_WAY',
  'A payout is under way. Cancel it, or wait until it is paid.',
);

export const accountHasMoney = defineError<{
  balances: readonly { currency: string; pending_balance: string; available_balance: string }[];
}>(
  'conflict',
  'ACCOUNT_HAS_MONEY',
  'The account has cashback, which its erasure forfeits. Send `forfeit: true` to erase it anyway.',
);
