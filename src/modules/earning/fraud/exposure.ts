import type { Trx } from '../../../core/database/index.ts';
import { distinctBy } from '../../../core/lists.ts';
import { queueKey, releaseLimit } from './ceiling-policies.ts';
import type { ExposureRepository } from './exposure-repository.ts';
import type { CeilingBook, ReleaseQueue, ReleaseRoom } from './model.ts';

/** The room that the limits of released rewards leave. Without a limit it costs nothing. */
export function releaseExposure({ exposure }: { readonly exposure: ExposureRepository }) {
  /**
   * Locks what the day has released, where a ceiling limits it, until the transaction ends. The caller has locked the
   * purchases, wallets and caps.
   */
  async function lockReleaseRooms(
    trx: Trx,
    queues: readonly ReleaseQueue[],
    { ceilings, day }: { readonly ceilings: CeilingBook; readonly day: string },
  ): Promise<ReleaseRoom[]> {
    const limited = distinctBy(queues, queueKey).flatMap((queue) => {
      const limit = releaseLimit(ceilings, queue);
      return limit === undefined ? [] : [{ ...queue, limit }];
    });
    if (limited.length === 0) return [];
    const days = await exposure.lockDays(trx, limited, day);
    const releasedOf = new Map(days.map((one) => [queueKey(one), one.released]));
    return limited.map((room) => ({ ...room, day, released: releasedOf.get(queueKey(room)) ?? 0n }));
  }

  return { lockReleaseRooms, queueReleases: exposure.queueReleases };
}
