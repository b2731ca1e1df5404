import { purgeJob } from '../../../core/jobs.ts';
import type { EncryptionKey } from '../../../core/secrets/encryption.ts';
import { fingerprints } from '../../../core/secrets/fingerprint.ts';
import type { Kernel } from '../../../kernel.ts';
import { idempotencyRepository } from './repository.ts';
import { type IdempotencyService, idempotencyService } from './service.ts';

export { idempotencyInProgress, idempotencyKeyReused } from './errors.ts';
export type { IdempotentRequest, IdempotentResponse } from './model.ts';
export { IdempotencyHeaders, idempotentRequest, responseBody } from './schemas.ts';

/** Lets other modules make their requests idempotent. */
export type IdempotencyClient = Pick<IdempotencyService, 'once' | 'onceEach'>;

/** Deletes the stored responses to a caller. */
export type ForgetResponses = IdempotencyService['queueForget'];

export function idempotencyModule(
  kernel: Pick<Kernel, 'database' | 'clock'>,
  needs: {
    readonly encryptionKeys: readonly EncryptionKey[];
  },
) {
  const deps = { ...kernel, ...needs };
  const service = idempotencyService({
    ...deps,
    repository: idempotencyRepository(),
    fingerprints: fingerprints(deps.encryptionKeys),
  });
  return {
    client: service satisfies IdempotencyClient,
    forgetResponses: service.queueForget satisfies ForgetResponses,
    jobs: [purgeJob('purge-idempotency-keys', service.purgeExpired)],
  };
}
