import { defineError, type Violation } from '../../../core/errors.ts';

export const emailAlreadyRegistered = defineError<{ email: string; user_id?: string | null }>(
  'conflict',
  'EMAIL_ALREADY_REGISTERED',
  'This email address is registered already.',
);

/** Without an id: rewards for it would go to a stranger who only claimed the address. */
export const emailNotVerified = defineError<{ email: string }>(
  'conflict',
  'EMAIL_NOT_VERIFIED',
  'An account has this email address and has never proved that it belongs to its owner.',
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

/** `user_id` has the reference. Null if another item of the same list is to have it. */
export const externalReferenceTaken = defineError<{ external_reference: string; user_id: string | null }>(
  'conflict',
  'EXTERNAL_REFERENCE_TAKEN',
  'Another user has this external reference already.',
);
