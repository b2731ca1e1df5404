import { defineError } from '../../../core/errors.ts';

export const merchantAlreadyExists = defineError<{ name: string; merchant_id: string }>(
  'conflict',
  'MERCHANT_ALREADY_EXISTS',
  'A merchant with this name exists already.',
  ({ name, merchant_id: id }) => `The name "${name}" is taken by merchant ${id}.`,
);

export const merchantNotActive = defineError<{ merchant_id: string }>(
  'unprocessable',
  'MERCHANT_NOT_ACTIVE',
  'The merchant is not active.',
  ({ merchant_id: id }) => `Merchant ${id} is not active.`,
);
