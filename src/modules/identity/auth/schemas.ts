import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { ActiveStatus, Id, Input, Timestamp } from '../../../core/http/schemas.ts';
import { Email, NewPassword } from '../users/index.ts';
import type { TokenPair } from './model.ts';

export const LoginBody = Input({
  email: Type.String({ minLength: 1, maxLength: 254, examples: ['alice@clicknback.com'] }),
  password: Type.String({ minLength: 1, maxLength: 1024, examples: ['Str0ng!Pass'] }),
});

const RefreshToken = Type.String({ minLength: 1, maxLength: 512, examples: ['b1Xr0wKxJq…'] });

export const RefreshBody = Input({ refresh_token: RefreshToken });

export const LogoutBody = Input({ refresh_token: Type.Optional(RefreshToken) });

/** Of an operation whose effect is a mail. */
export const AcceptedBody = Type.Object({ status: Type.Literal('accepted') });

export const ACCEPTED = { status: 'accepted' } as const;

export const ResetRequestBody = Input({ email: Email });

export const PasswordResetBody = Input({
  token: Type.String({ minLength: 1, maxLength: 512, examples: ['Zk3vQm9…'] }),
  new_password: NewPassword,
});

export const PasswordChangeBody = Input({
  current_password: Type.String({ minLength: 1, maxLength: 1024, examples: ['Str0ng!Pass'] }),
  new_password: Type.String({ ...NewPassword, examples: ['An0ther!Pass'] }),
});

export const UserStatusBody = Input({ status: ActiveStatus });

export const UserStatus = Type.Object({ id: Id, status: ActiveStatus });

export const ResetTokenBody = Type.Object({
  token: Type.String({ description: 'A secret that is shown only once.' }),
  expires_at: Timestamp,
});

export const TokenBody = Type.Object({
  access_token: Type.String({ description: 'A JWT. Send it as `Authorization: Bearer <token>`.' }),
  refresh_token: Type.String({
    description: 'Works once. `POST /auth/refresh` exchanges it for the next one.',
  }),
  token_type: Type.Literal('bearer'),
});

export function presentResetToken(reset: { readonly token: string; readonly expiresAt: Temporal.Instant }) {
  return { token: reset.token, expires_at: formatInstant(reset.expiresAt) };
}

export function presentTokens({ accessToken, refreshToken }: TokenPair) {
  return { access_token: accessToken, refresh_token: refreshToken, token_type: 'bearer' as const };
}
