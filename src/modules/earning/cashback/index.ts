import type { Kernel } from '../../../kernel.ts';
import { cashbackRepository } from './repository.ts';
import { type CashbackService, cashbackService } from './service.ts';

export type { CapUsage, Reward } from './model.ts';
export {
  amendReward,
  capBook,
  capTextOf,
  capUseOf,
  computeReward,
  grantRewards,
  largestReward,
  rewardCapKey,
} from './policies.ts';

export type CashbackClient = Pick<
  CashbackService,
  'lockCaps' | 'queueGrant' | 'isLostRace' | 'lockCapsOf' | 'queueSettle' | 'findRewards' | 'findCapUses'
>;

/** Rewards have no routes: the API shows them as part of purchases and wallets. */
export function cashbackModule(kernel: Pick<Kernel, 'clock'>) {
  return {
    client: cashbackService({ ...kernel, repository: cashbackRepository() }) satisfies CashbackClient,
  };
}
