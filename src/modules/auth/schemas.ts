import Type from 'typebox';
import { Input } from '../../core/http/schemas.ts';
import type { TokenPair } from './model.ts';

export const LoginBody = Input({
  email: Type.String({ minLength: 1, maxLength: 254, examples: ['alice@clicknback.com'] }),
  password: Type.String({ minLength: 1, maxLength: 1024, examples: ['Str0ng!Pass'] }),
});

export const RefreshBody = Input({
  refresh_token: Type.String({ minLength: 1, maxLength: 512, examples: ['b1Xr0wKxJq…'] }),
});

export const TokenBody = Type.Object({
  access_token: Type.String({ description: 'A JWT, for the Authorization header.' }),
  refresh_token: Type.String({ description: 'Works once; its use gives the next one.' }),
  token_type: Type.Literal('bearer'),
});

export function presentTokens({ accessToken, refreshToken }: TokenPair) {
  return { access_token: accessToken, refresh_token: refreshToken, token_type: 'bearer' as const };
}
