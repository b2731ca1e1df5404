import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { validationError } from '../../../core/errors.ts';
import { ActiveStatus, Id, Input, Timestamp } from '../../../core/http/schemas.ts';
import { Email, NewPassword } from '../users/index.ts';
import { APPS, type App, type TokenPair } from './model.ts';

/** The `client` of a body. */
export const AppClient = Type.Enum([...APPS], {
  description:
    'The app that holds the session. Its refresh token travels only in a cookie, which browsers send in requests of the same origin.',
});

export const LoginBody = Input({
  email: Type.String({ minLength: 1, maxLength: 254, examples: ['alice@clicknback.com'] }),
  password: Type.String({ minLength: 1, maxLength: 1024, examples: ['Str0ng!Pass'] }),
  client: Type.Optional(AppClient),
});

const RefreshToken = Type.String({ minLength: 1, maxLength: 512, examples: ['b1Xr0wKxJq…'] });

const holder = { refresh_token: Type.Optional(RefreshToken), client: Type.Optional(AppClient) };

export const RefreshBody = Input(holder);

export const LogoutBody = Input(holder);

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

const tokens = {
  access_token: Type.String({ description: 'A JWT. Send it as `Authorization: Bearer <token>`.' }),
  refresh_token: Type.String({
    description: 'Works once. `POST /auth/refresh` exchanges it for the next one.',
  }),
  token_type: Type.Literal('bearer'),
};

export const TokenBody = Type.Object(tokens);

/** The tokens of a program, or with `client` those of an app. */
export const SessionTokenBody = Type.Object({
  ...tokens,
  refresh_token: Type.Optional(
    Type.String({
      ...tokens.refresh_token,
      description: 'Works once. Absent with `client`: a cookie has it.',
    }),
  ),
  expires_in: Type.Optional(
    Type.Integer({
      description: 'Seconds until the access token expires. Only with `client`.',
      examples: [900],
    }),
  ),
});

export function presentResetToken(reset: { readonly token: string; readonly expiresAt: Temporal.Instant }) {
  return { token: reset.token, expires_at: formatInstant(reset.expiresAt) };
}

export function presentTokenPair({ accessToken, refreshToken }: TokenPair) {
  return { access_token: accessToken, refresh_token: refreshToken, token_type: 'bearer' as const };
}

/** To an app without the refresh token, which its cookie has. */
export function presentTokens(tokens: TokenPair, app: App | null) {
  if (app === null) return presentTokenPair(tokens);
  const { accessToken, accessTtlSeconds } = tokens;
  return { access_token: accessToken, token_type: 'bearer' as const, expires_in: accessTtlSeconds };
}

/** @throws VALIDATION_ERROR unless the body has either of the two. */
export function requireOneHolder(body: RefreshTokenHolder): void {
  if ((body.refresh_token === undefined) !== (body.client === undefined)) return;
  throw validationError({
    violations: [{ field: 'refresh_token', reason: 'must be given, or client, and not both' }],
  });
}

/** Who holds the refresh token: a program, which sends it, or an app, whose cookie has it. */
type RefreshTokenHolder = { readonly refresh_token?: string; readonly client?: App };
