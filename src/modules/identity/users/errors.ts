import { defineError, type Violation } from '../../../core/errors.ts';

export const emailAlreadyRegistered = defineError<{ email: string; user_id?: string | null }>(
  'conflict',
  'EMAIL_ALREADY_REGISTERED',
  'This email address is registered already.',
);

export const passwordNotComplexEnough = defineError<{ violations: readonly Violation[] }>(
  'invalid',
  'PASSWORD_NOT_COMPLEX_ENOUGH',
  'The password is too easy to guess.',
);

/** One administrator must stay active: without one, no account could be activated again. */
export const lastActiveAdmin = defineError<{ user_id: string }>(
  'conflict',
  'LAST_ACTIVE_ADMIN',
  'This is the last active administrator. Appoint or activate another one first.',
);
