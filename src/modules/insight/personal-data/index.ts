import type { Job } from '../../../core/jobs.ts';
import type { Kernel } from '../../../kernel.ts';
import type { AuthClient } from '../../identity/auth/index.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { PayoutClient } from '../../money/payouts/index.ts';
import type { Forfeit, WalletClient } from '../../money/wallets/index.ts';
import type { EventSource } from '../../platform/events/index.ts';
import type { ForgetResponses } from '../../platform/idempotency/index.ts';
import type { MailClient } from '../../platform/mail/index.ts';
import { FEED_EVENTS } from './events.ts';
import { exportRepository } from './export-repository.ts';
import { personalDataRoutes } from './routes.ts';
import { personalDataService } from './service.ts';

/** Export and erasure of an account, which concern tables of many modules. Owns none. */
export function personalDataModule(
  kernel: Kernel,
  needs: {
    readonly auth: AuthClient;
    readonly users: UserClient;
    readonly wallets: WalletClient;
    readonly forfeit: Forfeit;
    readonly payouts: PayoutClient;
    readonly forgetResponses: ForgetResponses;
    readonly mail: MailClient;
  },
) {
  const service = personalDataService({ ...kernel, ...needs, repository: exportRepository() });
  const jobs: readonly Job[] = [{ name: 'forfeit-erased', schedule: '0 * * * *', run: service.forfeitLater }];
  return {
    routes: personalDataRoutes(service),
    eventSource: { events: FEED_EVENTS } satisfies EventSource,
    jobs,
  };
}
