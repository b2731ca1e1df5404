import { defineError } from '../../../core/errors.ts';

export const invalidCredentials = defineError(
  'unauthenticated',
  'INVALID_CREDENTIALS',
  'The email or the password is wrong.',
);

export const invalidRefreshToken = defineError(
  'unauthenticated',
  'INVALID_REFRESH_TOKEN',
  'The refresh token is unknown. Log in again.',
);

export const invalidResetToken = defineError(
  'unauthenticated',
  'INVALID_RESET_TOKEN',
  'The password reset token is unknown, used or expired. Request another one.',
);

export const invalidVerificationToken = defineError(
  'unauthenticated',
  'INVALID_VERIFICATION_TOKEN',
  'The token of the mailed link is unknown, used or expired. Request another mail.',
);

export const mailNotConfigured = defineError(
  'unavailable',
  'MAIL_NOT_CONFIGURED',
  'The platform sends no mail, so it cannot prove an address.',
);

export const crossSiteRequest = defineError(
  'forbidden',
  'CROSS_SITE_REQUEST',
  'A session in a cookie is for pages of the same origin. The browser must send `Sec-Fetch-Site: same-origin`.',
);

export const staffOnly = defineError(
  'forbidden',
  'STAFF_ONLY',
  'The console is for accounts with a staff role. Log in to the wallet instead.',
);

export const expiredRefreshToken = defineError(
  'unauthenticated',
  'EXPIRED_REFRESH_TOKEN',
  'The refresh token has expired. Log in again.',
);

export const mfaRequired = defineError<{ mfa_token?: string }>(
  'unauthenticated',
  'MFA_REQUIRED',
  'The password is right. The account has a second factor: send a code with `details.mfa_token`.',
);

export const invalidMfaToken = defineError(
  'unauthenticated',
  'INVALID_MFA_TOKEN',
  'The token of the second step is wrong or has expired. Log in again.',
);

export const invalidMfaCode = defineError(
  'unauthenticated',
  'INVALID_MFA_CODE',
  'The code is wrong, used or expired.',
);

export const mfaLocked = defineError<{ retry_after_seconds?: number }>(
  'rate_limited',
  'MFA_LOCKED',
  'Too many codes were wrong. Use a recovery code, or wait for the time in `Retry-After`.',
);

export const mfaNotEnrolled = defineError(
  'conflict',
  'MFA_NOT_ENROLLED',
  'The account has no second factor. Start with `POST /auth/mfa`.',
);
