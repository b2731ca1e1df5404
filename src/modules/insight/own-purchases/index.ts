import type { Kernel } from '../../../kernel.ts';
import type { MerchantClient } from '../../catalogue/merchants/index.ts';
import type { PurchaseClient } from '../../earning/purchases/index.ts';
import type { FlagClient } from '../../platform/feature-flags/index.ts';
import { ownPurchasesRepository } from './repository.ts';
import { ownPurchasesRoutes } from './routes.ts';
import { ownPurchasesService } from './service.ts';

/** What shoppers see of their purchases: which are paid, and when the others pay. Owns no table. */
export function ownPurchasesModule(
  kernel: Pick<Kernel, 'database' | 'clock'>,
  needs: {
    readonly purchases: PurchaseClient;
    readonly merchants: MerchantClient;
    readonly flags: FlagClient;
    readonly defaultConfirmationDays: number;
    readonly defaultCurrency: string;
  },
) {
  const service = ownPurchasesService({ ...kernel, ...needs, repository: ownPurchasesRepository() });
  return { routes: ownPurchasesRoutes(service, needs.defaultCurrency) };
}
