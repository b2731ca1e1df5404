import type { Database } from '../../../core/database/index.ts';
import { purgeJob } from '../../../core/jobs.ts';
import { byId } from '../../../core/lists.ts';
import type { EncryptionKey } from '../../../core/secrets/encryption.ts';
import type { Kernel } from '../../../kernel.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { EventSource } from '../../platform/events/index.ts';
import type { IdempotencyClient } from '../../platform/idempotency/index.ts';
import type { FourEyesAbove, WalletClient } from '../wallets/index.ts';
import { accountRepository } from './account-repository.ts';
import { detailsCipher } from './details.ts';
import { PayoutEventData, payoutHistory, presentPayoutFields } from './event-schemas.ts';
import { FEED_EVENTS } from './events.ts';
import { accountFingerprinting } from './fingerprinting.ts';
import type { PayoutLimits } from './model.ts';
import { payoutRepository } from './repository.ts';
import { rotateBankDetails } from './rotation.ts';
import { payoutRoutes } from './routes.ts';
import { payoutService } from './service.ts';
import { type PayoutShredding, payoutShredding } from './shredding.ts';
import type { FindBlockers } from './transitions.ts';

export { type Payout, REFUNDED } from './model.ts';

export type PayoutClient = Omit<PayoutShredding, 'shredDue'>;

export function payoutsModule(
  kernel: Kernel,
  needs: {
    readonly idempotency: IdempotencyClient;
    readonly wallets: WalletClient;
    readonly users: UserClient;
    readonly findBlockers: FindBlockers;
    readonly encryptionKeys: readonly EncryptionKey[];
    readonly supportedCurrencies: readonly [string, ...string[]];
    readonly limits: PayoutLimits;
    readonly fourEyesAbove: FourEyesAbove;
    /** Whether only users who have proved their address are paid. */
    readonly needsEmailProof: boolean;
    /** The days for which the bank details of a settled payout are kept. */
    readonly bankDetailsRetentionDays: number;
    readonly maxQueuedPayouts: number;
  },
) {
  const deps = { ...kernel, ...needs };
  const cipher = detailsCipher(deps.encryptionKeys);
  const repository = payoutRepository();
  const accounts = accountRepository();
  const service = payoutService({ ...deps, repository, accounts, cipher });
  const { shredDue, ...shredding } = payoutShredding({
    ...deps,
    repository,
    cipher,
    retentionDays: deps.bankDetailsRetentionDays,
  });
  const [defaultCurrency] = deps.supportedCurrencies;
  return {
    routes: payoutRoutes(service, defaultCurrency),
    service,
    client: shredding satisfies PayoutClient,
    jobs: [
      purgeJob('shred-bank-details', shredDue),
      {
        name: 'fingerprint-accounts',
        schedule: '0 * * * *',
        run: accountFingerprinting({ ...deps, accounts, cipher }),
      },
    ],
    eventSource: {
      events: FEED_EVENTS,
      objects: {
        resourceType: 'payout',
        schema: PayoutEventData,
        ...payoutHistory,
        find: async (db, ids) => byId((await repository.findAll(db, ids)).map(presentPayoutFields)),
      },
    } satisfies EventSource,
  };
}

/** For the command that rotates keys: encrypts bank details again with the first of `keys`. */
export function reencryptBankDetails(database: Database, keys: readonly EncryptionKey[]): Promise<number> {
  return rotateBankDetails({
    database,
    repository: payoutRepository(),
    accounts: accountRepository(),
    cipher: detailsCipher(keys),
  });
}
