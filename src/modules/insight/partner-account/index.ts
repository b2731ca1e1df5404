import type { Kernel } from '../../../kernel.ts';
import type { PurchaseClient } from '../../earning/purchases/index.ts';
import type { PartnerClient } from '../../identity/partners/index.ts';
import { partnerAccountRoutes } from './routes.ts';
import { partnerAccountService } from './service.ts';

/** Shows a partner its own account, with the limits and the usage of other modules. Owns no table. */
export function partnerAccountModule(
  kernel: Pick<Kernel, 'clock'>,
  needs: {
    readonly partners: PartnerClient;
    readonly purchases: PurchaseClient;
    readonly purchasesPerMinute: number;
    readonly refusedShares: (partnerIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  },
) {
  return { routes: partnerAccountRoutes(partnerAccountService({ ...kernel, ...needs })) };
}
