import { EventData, type ObjectHistory } from '../../platform/events/index.ts';
import { PartnerBody } from './schemas.ts';

export const PartnerEventData = EventData(PartnerBody.properties);

export const partnerHistory: ObjectHistory = {
  changeOf({ action, details }) {
    switch (action) {
      case 'partner.created':
        return { active: true, can_sign: details.signature_required, merchant_ids: null, ...details };
      case 'partner.merchants_changed':
        return { merchant_ids: idsFrom(details.merchant_ids) };
      case 'partner.signing_secret_rotated':
        return { can_sign: true };
      default:
        return details;
    }
  },
};

/** Null means all merchants. */
function idsFrom(text: unknown): readonly string[] | null {
  if (text === null) return null;
  return String(text).split(' ').filter(Boolean);
}
