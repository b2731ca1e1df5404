import { newId } from '../../src/core/id.ts';
import type { Ceiling } from '../../src/modules/earning/fraud/model.ts';

/** A ceiling of the platform in EUR that states nothing, different where a test says so. */
export function aCeiling(fields: Partial<Ceiling> = {}): Ceiling {
  return {
    id: newId(),
    scope: { type: 'platform', id: null },
    currency: 'EUR',
    maxAmount: null,
    maxReward: null,
    dailyPending: null,
    dailyReleased: null,
    ...fields,
  };
}
