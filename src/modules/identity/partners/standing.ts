import type { Clock } from '../../../core/clock.ts';
import type { Trx } from '../../../core/database/index.ts';
import { requireUsableKey } from './policies.ts';
import type { PartnerRepository } from './repository.ts';

/** @throws TOKEN_REVOKED, EXPIRED_TOKEN, or USER_INACTIVE if the partner is inactive. */
export type RequireUsableKey = (keyId: string) => void;

/**
 * Whether keys are still valid when the work of their requests commits: a request may wait in a queue, or for a lock, after
 * it was authenticated.
 */
export function partnerStanding(deps: {
  clock: Clock;
  repository: Pick<PartnerRepository, 'queueLockStanding' | 'findKeysById'>;
}) {
  const { clock, repository } = deps;

  /** Lets no change of these partners and their keys commit until the transaction ends. Before any other lock. */
  function queueLockStanding(trx: Trx, partnerIds: readonly string[]): void {
    if (partnerIds.length > 0) repository.queueLockStanding(trx, partnerIds);
  }

  /** To be called after `queueLockStanding`. */
  async function findStanding(trx: Trx, keyIds: readonly string[]): Promise<RequireUsableKey> {
    const keys = keyIds.length === 0 ? [] : await repository.findKeysById(trx, keyIds);
    const keyOf = new Map(keys.map((key) => [key.id, key]));
    const now = clock();
    return (keyId) => {
      const key = keyOf.get(keyId);
      if (key !== undefined) requireUsableKey(key, now);
    };
  }

  return { queueLockStanding, findStanding };
}
