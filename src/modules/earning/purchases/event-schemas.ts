import { EventData, type ObjectHistory, type RecordedEvent } from '../../platform/events/index.ts';
import { PurchaseBody } from './read-schemas.ts';
import { CashbackStatus } from './schemas.ts';

export const PurchaseEventData = EventData({
  ...PurchaseBody.properties,
  cashback_amount: PurchaseBody.properties.amount,
  cashback_status: CashbackStatus,
});

/** The phases of a purchase. Two settlements may have begun in another order than they got the lock of the purchase. */
const [RECORDED, REWARD_PENDING, CONFIRMED, REWARD_AVAILABLE, REVERSED] = [0, 1, 2, 3, 4];

export const purchaseHistory: ObjectHistory = {
  changeOf(event, _now, events) {
    const { action, details } = event;
    switch (action) {
      case 'purchase.recorded':
        return {
          amount: details.amount,
          revision: 0,
          status: 'pending',
          held: events.some((other) => isHeldBy(other, event)),
          awaiting_release: false,
          cashback_amount: details.cashback_amount,
          cashback_status: 'pending',
        };
      case 'purchase.held':
        return { held: true };
      case 'purchase.released':
        return { held: false };
      case 'purchase.confirmed': {
        const awaiting_release = details.awaiting_release === true;
        const cashback_status = awaiting_release ? 'pending' : 'available';
        return { status: 'confirmed', held: false, awaiting_release, cashback_status };
      }
      case 'purchase.reward_released':
        return { awaiting_release: false, cashback_status: 'available' };
      case 'purchase.reversed':
        return { status: 'reversed', held: false, awaiting_release: false, cashback_status: 'reversed' };
      default:
        return {
          amount: details.amount,
          revision: details.revision,
          cashback_amount: details.cashback_amount,
          cashback_status: details.cashback_status,
          ...(details.ended_hold === true && { held: false }),
        };
    }
  },
  phaseOf({ action, details }) {
    switch (action) {
      case 'purchase.recorded':
        return RECORDED;
      case 'purchase.confirmed':
        return details.awaiting_release === true ? REWARD_PENDING : CONFIRMED;
      case 'purchase.reward_released':
        return CONFIRMED;
      case 'purchase.reversed':
        return REVERSED;
      default:
        return details.cashback_status === 'available' ? REWARD_AVAILABLE : REWARD_PENDING;
    }
  },
};

/** True if the purchase was held by the transaction that recorded it. */
function isHeldBy({ action, recordedIn }: RecordedEvent, recorded: RecordedEvent): boolean {
  return action === 'purchase.held' && recordedIn === recorded.recordedIn;
}
