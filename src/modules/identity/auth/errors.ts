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

export const expiredRefreshToken = defineError(
  'unauthenticated',
  'EXPIRED_REFRESH_TOKEN',
  'The refresh token has expired. Log in again.',
);
