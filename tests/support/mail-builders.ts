import type { Mail } from '../../src/modules/platform/mail/index.ts';
import { NOW } from './purchases-builders.ts';

/** A mail with a link, to a user. */
export function aMail(
  fields: {
    readonly email?: string;
    readonly key?: string;
    readonly link?: string;
    readonly locale?: Mail['to']['locale'];
    readonly now?: Temporal.Instant;
    readonly expiresIn?: Temporal.DurationLike;
  } = {},
): Mail & { readonly template: 'reset-password' } {
  const { email = 'alice@example.com', key = 'request-1', locale = 'en', expiresIn = { hours: 72 } } = fields;
  return {
    to: { userId: '018f0000-0000-7000-8000-000000000001', email, locale },
    key,
    template: 'reset-password',
    data: {
      link: fields.link ?? 'https://shop.example/reset#token=abc',
      expiresAt: (fields.now ?? NOW).add(expiresIn),
    },
  };
}
