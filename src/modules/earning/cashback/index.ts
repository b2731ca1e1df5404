import type { Clock } from '../../../core/clock.ts';
import { cashbackRepository } from './repository.ts';
import { type CashbackService, cashbackService } from './service.ts';

export type { Reward } from './model.ts';
export { grantRewards } from './policies.ts';

export type CashbackClient = Pick<
  CashbackService,
  'lockCaps' | 'queueGrant' | 'isLostRace' | 'settleRewards' | 'findRewards'
>;

/** Rewards have no routes of their own: they are seen through purchases and wallets. */
export function cashbackModule(deps: { clock: Clock }) {
  return { client: cashbackService({ ...deps, repository: cashbackRepository() }) satisfies CashbackClient };
}
