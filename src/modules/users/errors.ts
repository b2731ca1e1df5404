import { defineError, type Violation } from '../../core/errors.ts';

export const emailAlreadyRegistered = defineError<{ email: string; user_id?: string | null }>(
  'conflict',
  'EMAIL_ALREADY_REGISTERED',
  'This email address is registered.',
);

export const passwordNotComplexEnough = defineError<{ violations: readonly Violation[] }>(
  'invalid',
  'PASSWORD_NOT_COMPLEX_ENOUGH',
  'The password is too easy to guess.',
);
