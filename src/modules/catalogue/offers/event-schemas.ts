import { EventData, type ObjectHistory } from '../../platform/events/index.ts';
import { OfferBody } from './schemas.ts';

export const OfferEventData = EventData(OfferBody.properties);

/** Terms never change, so they are those of today. */
export const offerHistory: ObjectHistory = {
  changeOf({ action, details }) {
    switch (action) {
      case 'offer.created':
        return { end_date: details.end_date, status: 'active' };
      case 'offer.extended':
        return { end_date: details.end_date };
      case 'offer.activated':
        return { status: 'active' };
      default:
        return { status: 'inactive' };
    }
  },
};
