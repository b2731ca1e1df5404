import { EventData, type ObjectHistory } from '../../platform/events/index.ts';
import { MerchantBody } from './schemas.ts';

export const MerchantEventData = EventData(MerchantBody.properties);

/** The details of both events are the fields that were set, as the API shows them. */
export const merchantHistory: ObjectHistory = { changeOf: ({ details }) => details };
