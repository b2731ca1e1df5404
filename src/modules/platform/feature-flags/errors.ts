import { defineError } from '../../../core/errors.ts';

export const flagScopeIdRequired = defineError<{ scope_type: string }>(
  'unprocessable',
  'FEATURE_FLAG_SCOPE_ID_REQUIRED',
  'The scope needs the id of its merchant or user.',
);
