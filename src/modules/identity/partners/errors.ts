import { defineError } from '../../../core/errors.ts';

export const partnerAlreadyExists = defineError<{ name: string; partner_id: string }>(
  'conflict',
  'PARTNER_ALREADY_EXISTS',
  'A partner with this name exists already.',
);
