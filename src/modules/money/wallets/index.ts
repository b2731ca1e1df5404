import type { Kernel } from '../../../kernel.ts';
import type { IdempotencyClient } from '../../platform/idempotency/index.ts';
import { walletAdjustments } from './adjustments.ts';
import { walletRepository } from './repository.ts';
import { walletRoutes } from './routes.ts';
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
export { balancesAfter, requireRoom, walletKey } from './policies.ts';
export { CurrencyChoice, presentWallet, WalletBody } from './schemas.ts';

export type WalletClient = Pick<
  WalletService,
  'queueOpenWallets' | 'lockWallets' | 'applyMovements' | 'findWallets'
>;

export function walletsModule(
  kernel: Kernel,
  needs: {
    readonly idempotency: IdempotencyClient;
    readonly supportedCurrencies: readonly [string, ...string[]];
  },
) {
  const deps = { ...kernel, ...needs };
  const repository = walletRepository();
  const service = walletService({ ...deps, repository });
  const adjustWallet = walletAdjustments({ ...deps, repository, wallets: service });
  const [defaultCurrency] = deps.supportedCurrencies;
  return {
    routes: walletRoutes({ service, adjustWallet, defaultCurrency }),
    client: service satisfies WalletClient,
    /** Used to load the demo data. */
    adjustWallet,
  };
}
