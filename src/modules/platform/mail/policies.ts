import { createHash } from 'node:crypto';
import type { Mail } from './model.ts';

/** A mail is tried for a day. Then its news is old, and its recipient has other ways to find out. */
const TRIED_FOR = Temporal.Duration.from({ hours: 24 });

/** SHA-256 of what makes two mails the same one. */
export function digestOf({ to, template, key }: Pick<Mail, 'to' | 'template' | 'key'>): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([to.email.toLowerCase(), template, key]))
    .digest();
}

/** After this instant the mail is not sent any more: a day later, or when its link has expired. */
export function expiryOf(mail: Mail, queuedAt: Temporal.Instant): Temporal.Instant {
  const last = queuedAt.add(TRIED_FOR);
  if (!('expiresAt' in mail.data)) return last;
  return Temporal.Instant.compare(mail.data.expiresAt, last) < 0 ? mail.data.expiresAt : last;
}
