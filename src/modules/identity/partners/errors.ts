import { defineError } from '../../../core/errors.ts';

export const partnerAlreadyExists = defineError<{ name: string; partner_id: string }>(
  'conflict',
  'PARTNER_ALREADY_EXISTS',
  'A partner with this name exists already.',
  ({ name, partner_id: id }) => `The name "${name}" is taken by partner ${id}.`,
);
