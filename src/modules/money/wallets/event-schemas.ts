import Type from 'typebox';
import { Id, Money } from '../../../core/http/schemas.ts';
import { formatMoney } from '../../../core/money.ts';
import { EventData, type Presented, type RecordedEvent } from '../../platform/events/index.ts';
import { AdjustmentBody } from './adjustment-schemas.ts';
import type { AdjustedEntry } from './model.ts';
import { balancesAsText } from './policies.ts';
import { WalletBody } from './schemas.ts';

const { id, direction, reason } = AdjustmentBody.properties;

export const WalletEventData = EventData(
  {
    user_id: Id,
    ...WalletBody.properties,
    adjustment: Type.Object({ id, direction, amount: Money, reason }),
  },
  "The number of the entry in the wallet's journal. Later entries have higher numbers.",
);

/** The journal has the balances after each entry, so nothing is computed from later ones. */
export function presentAdjusted(
  event: RecordedEvent,
  { from, amount, after, sequence, currency }: AdjustedEntry,
): Presented {
  const { adjustment_id: id, direction, reason } = event.details;
  const sign = from === 'available' ? 1n : -1n;
  const balances = balancesAsText(after, currency);
  return {
    data: {
      user_id: event.resourceId,
      ...balances,
      sequence: Number(sequence),
      adjustment: { id, direction, amount: formatMoney(amount, currency), reason },
    },
    previous: { available_balance: formatMoney(after.available + sign * amount, currency) },
  };
}
