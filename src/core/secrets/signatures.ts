import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { defineError } from '../errors.ts';

/*
 * Signatures by Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`.
 */

/** The part of a request that a signature covers: headers and the received bytes of the body. */
export type Message = {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly body: Buffer;
};

export const invalidSignature = defineError<{
  reason: 'missing' | 'malformed' | 'mismatch' | 'too_old' | 'too_new' | 'replayed';
}>('unauthenticated', 'INVALID_SIGNATURE', 'The signature is missing or not valid.');

/** The largest difference between the clocks of sender and platform. */
const TOLERANCE_SECONDS = 5 * 60;

/** Printable ASCII without the full stop, which separates the id in the signed text. */
const MESSAGE_ID = /^[\x21-\x2d\x2f-\x7e]{1,255}$/;

export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

export function bearsSignature({ id, timestamp, signature }: Message): boolean {
  return id !== undefined || timestamp !== undefined || signature !== undefined;
}

/**
 * Verifies a message and returns its id and time. Any of the secrets may have signed it, and it may have several
 * signatures, so that a sender can change its secret. The caller must check whether the message is a replay.
 * @throws INVALID_SIGNATURE.
 */
export function verifySignature(
  message: Message,
  secrets: readonly string[],
  now: Temporal.Instant,
): { readonly id: string; readonly sentAt: Temporal.Instant } {
  const { id, timestamp, signature, body } = message;
  if (id === undefined || timestamp === undefined || signature === undefined)
    throw invalidSignature({ reason: 'missing' });
  const signatures = signature.split(' ').filter((candidate) => candidate.startsWith('v1,'));
  if (!MESSAGE_ID.test(id) || !/^[1-9]\d{0,10}$/.test(timestamp) || signatures.length === 0)
    throw invalidSignature({ reason: 'malformed' });

  const sentAtSeconds = Number(timestamp);
  const ageSeconds = Math.floor(now.epochMilliseconds / 1000) - sentAtSeconds;
  if (ageSeconds > TOLERANCE_SECONDS) throw invalidSignature({ reason: 'too_old' });
  if (ageSeconds < -TOLERANCE_SECONDS) throw invalidSignature({ reason: 'too_new' });

  const sentAt = new Date(sentAtSeconds * 1000);
  const expected = secrets.map((secret) => signatureOf(secret, `${id}.${timestamp}.`, body));
  if (!expected.some((candidate) => signatures.some((given) => isEqual(given, candidate))))
    throw invalidSignature({ reason: 'mismatch' });
  return { id, sentAt: Temporal.Instant.fromEpochMilliseconds(sentAt.getTime()) };
}

/** The `webhook-signature` of a message: one signature by each secret, so that a receiver can change its secret. */
export function sign(
  { id, timestamp, body }: { readonly id: string; readonly timestamp: string; readonly body: Buffer },
  secrets: readonly string[],
): string {
  return secrets.map((secret) => signatureOf(secret, `${id}.${timestamp}.`, body)).join(' ');
}

/** The library `standardwebhooks` is not used: it decodes the body as UTF-8, so different invalid bytes would collide. */
function signatureOf(secret: string, head: string, body: Buffer): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(head).update(body).digest('base64')}`;
}

function isEqual(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
