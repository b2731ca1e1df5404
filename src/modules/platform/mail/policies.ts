import { createHash } from 'node:crypto';
import type { Mail, TemplateName } from './model.ts';

/** A process that sends a mail has it for this long. If it dies, another one tries then. */
export const LEASE = Temporal.Duration.from({ seconds: 30 });

const FIRST_PAUSE_SECONDS = 10;
const LONGEST_PAUSE_SECONDS = 600;

/** A mail is tried for a day. Then its news is old, and its recipient has other ways to find out. */
const TRIED_FOR = Temporal.Duration.from({ hours: 24 });

/** What is left of a mail that has ended, without its content: it keeps the same mail from being sent again. */
export const KEPT_FOR = Temporal.Duration.from({ hours: 30 * 24 });

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

/** Pauses of 10, 30, 90 and 270 seconds, and then of ten minutes. `attempts` counts the one that has failed. */
export function nextAttemptAfter(attempts: number, now: Temporal.Instant): Temporal.Instant {
  const pause = FIRST_PAUSE_SECONDS * 3 ** (attempts - 1);
  return now.add({ seconds: Math.min(pause, LONGEST_PAUSE_SECONDS) });
}

const URGENT: ReadonlySet<TemplateName> = new Set([
  'verify-email',
  'reset-password',
  'password-changed',
  'email-changed',
  'second-factor-changed',
  'new-device-login',
]);

/** What concerns access to an account is sent before everything else. */
export function isUrgent(template: TemplateName): boolean {
  return URGENT.has(template);
}

/** Binds a letter to its row. */
export function encryptionContext(id: string): string {
  return `mail ${id}`;
}
