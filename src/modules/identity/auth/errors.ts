import { defineError } from '../../../core/errors.ts';

export const invalidCredentials = defineError(
  'unauthenticated',
  'INVALID_CREDENTIALS',
  'Email or password is wrong.',
);

export const invalidRefreshToken = defineError(
  'unauthenticated',
  'INVALID_REFRESH_TOKEN',
  'The refresh token is not one of ours.',
);

export const invalidResetToken = defineError(
  'unauthenticated',
  'INVALID_RESET_TOKEN',
  'The password reset token is unknown, used or too old.',
);

export const expiredRefreshToken = defineError(
  'unauthenticated',
  'EXPIRED_REFRESH_TOKEN',
  'The refresh token has expired; log in again.',
);
