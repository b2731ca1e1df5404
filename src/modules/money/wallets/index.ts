import { purgeJob } from '../../../core/jobs.ts';
import type { Kernel } from '../../../kernel.ts';
import type { EventSource, PresentEach } from '../../platform/events/index.ts';
import type { IdempotencyClient } from '../../platform/idempotency/index.ts';
import { adjustmentRepository } from './adjustment-repository.ts';
import { adjustmentRoutes } from './adjustment-routes.ts';
import { type RequireActiveSender, walletAdjustments } from './adjustments.ts';
import { adjustmentApprovals } from './approvals.ts';
import { presentAdjusted, WalletEventData } from './event-schemas.ts';
import { FEED_EVENTS } from './events.ts';
import { walletForfeiture } from './forfeiture.ts';
import type { FourEyesAbove } from './four-eyes.ts';
import { walletRepository } from './repository.ts';
import { type WalletService, walletService } from './service.ts';

export { insufficientBalance, walletFull } from './errors.ts';
export { type FourEyesAbove, needsFourEyes } from './four-eyes.ts';
export {
  type Balances,
  type Movement,
  NO_MONEY,
  type Wallet,
  type WalletOwner,
} from './model.ts';
export { balancesAfter, balancesAsText as presentBuckets, requireRoom, walletKey } from './policies.ts';
export { CurrencyChoice, WalletBody } from './schemas.ts';

export type WalletClient = Pick<
  WalletService,
  'queueOpenWallets' | 'lockWallets' | 'applyMovements' | 'findWallets'
>;

/** Takes what is available out of locked wallets, for owners who give it up. Returns the number of wallets that had some. */
export type Forfeit = ReturnType<typeof walletForfeiture>;

export function walletsModule(
  kernel: Kernel,
  needs: {
    readonly idempotency: IdempotencyClient;
    readonly supportedCurrencies: readonly [string, ...string[]];
    readonly fourEyesAbove: FourEyesAbove;
    /** Handed in, because the module users opens wallets. */
    readonly requireActiveSender: RequireActiveSender;
  },
) {
  const deps = { ...kernel, ...needs };
  const repository = walletRepository();
  const service = walletService({ ...deps, repository });
  const adjusting = { ...deps, repository: adjustmentRepository(), wallets: service };
  const adjustWallet = walletAdjustments(adjusting);
  const approvals = adjustmentApprovals(adjusting);
  const [defaultCurrency] = deps.supportedCurrencies;
  const presentAdjustments: PresentEach = async (db, events) => {
    const entryOf = await repository.findAdjusted(
      db,
      events.map(({ details }) => String(details.adjustment_id)),
    );
    return new Map(
      events.flatMap((event) => {
        const entry = entryOf.get(String(event.details.adjustment_id));
        return entry === undefined ? [] : [[event.id, presentAdjusted(event, entry)] as const];
      }),
    );
  };
  return {
    routes: adjustmentRoutes({ adjustWallet, approvals, defaultCurrency }),
    client: service satisfies WalletClient,
    forfeit: walletForfeiture(adjusting),
    eventSource: {
      events: FEED_EVENTS,
      objects: { resourceType: 'wallet', schema: WalletEventData, present: presentAdjustments },
    } satisfies EventSource,
    jobs: [purgeJob('expire-adjustments', approvals.expireAdjustments)],
    /** Used to load the demo data. */
    adjustWallet,
  };
}
