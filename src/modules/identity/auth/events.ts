import { defineEvent } from '../../platform/events/index.ts';

export const loginRefused = defineEvent<{ readonly code: string }>({
  type: 'login.refused',
  resourceType: 'user',
  summary: 'A login was refused. The resource is the user, or `login` if no account has the email.',
  outcome: 'failure',
  details: { code: 'The error code of the response.' },
});

export const sessionOpened = defineEvent({
  type: 'session.opened',
  resourceType: 'session',
  summary: 'A user logged in.',
  details: {},
});

export const sessionReused = defineEvent({
  type: 'session.reused',
  resourceType: 'session',
  summary: 'A refresh token was used a second time, so its session was ended.',
  outcome: 'failure',
  details: {},
});

export const sessionEnded = defineEvent({
  type: 'session.ended',
  resourceType: 'session',
  summary: 'A user logged out.',
  details: {},
});

export const userActivated = defineEvent({
  type: 'user.activated',
  resourceType: 'user',
  summary: 'An administrator activated a user.',
  details: {},
});

export const userDeactivated = defineEvent({
  type: 'user.deactivated',
  resourceType: 'user',
  summary: 'An administrator deactivated a user. Their sessions ended.',
  details: {},
});

export const passwordChanged = defineEvent({
  type: 'user.password_changed',
  resourceType: 'user',
  summary: 'A user changed the password. The outcome is `failure` if the current password was wrong.',
  details: {},
});

export const passwordRefused = defineEvent({
  type: 'user.password_refused',
  resourceType: 'user',
  summary: 'A user sent a wrong password to change the email address, to erase the account or for a step-up.',
  outcome: 'failure',
  details: {},
});

export const userVerified = defineEvent({
  type: 'user.verified',
  resourceType: 'user',
  summary: 'A user proved the email address, by a mailed link or a reset token.',
  details: {},
});

export const emailChanged = defineEvent({
  type: 'user.email_changed',
  resourceType: 'user',
  summary: 'A user proved a new email address, which replaced the previous one. Other sessions ended.',
  details: {},
});

export const passwordResetIssued = defineEvent({
  type: 'user.password_reset_issued',
  resourceType: 'user',
  summary:
    'A password reset token was issued: by an administrator, by the operator with the command `password-reset`, or in a mail that somebody requested.',
  details: {},
});

export const passwordReset = defineEvent({
  type: 'user.password_reset',
  resourceType: 'user',
  summary: 'A user set a password with a reset token. All sessions ended.',
  details: {},
});

export const mfaEnrolled = defineEvent({
  type: 'mfa.enrolled',
  resourceType: 'user',
  summary: 'A user has confirmed a second factor, a first one or another one. All other sessions ended.',
  details: {},
});

export const mfaRemoved = defineEvent({
  type: 'mfa.removed',
  resourceType: 'user',
  summary: 'A second factor was removed: by its user, or by the operator with the command `mfa-reset`.',
  details: {},
});

export const mfaRecoveryCodesReplaced = defineEvent({
  type: 'mfa.recovery_codes_replaced',
  resourceType: 'user',
  summary: 'A user made new recovery codes. Earlier ones stopped working.',
  details: {},
});

export const mfaRecoveryCodeUsed = defineEvent<{ left: number }>({
  type: 'mfa.recovery_code_used',
  resourceType: 'user',
  summary: 'A user proved the second factor with a recovery code.',
  details: { left: 'The number of recovery codes that are left.' },
});

export const mfaCodeRefused = defineEvent<{ readonly code: string }>({
  type: 'mfa.code_refused',
  resourceType: 'user',
  summary:
    'A code or recovery code was refused. At a login the actor is unknown, although the password was right.',
  outcome: 'failure',
  details: { code: 'The error code of the response.' },
});

/** Those that the feed shows. */
export const FEED_EVENTS = [userVerified, emailChanged, userActivated, userDeactivated];
