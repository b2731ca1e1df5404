import { isSigned } from './signatures.ts';
import type { Event as PlatformEvent } from './types.generated.ts';

/** Why a message is not accepted. */
export type WebhookFault = 'missing' | 'malformed' | 'too_old' | 'too_new' | 'mismatch';

/** The message is not from the platform, or not from now. Answer with 400 and do nothing. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  readonly reason: WebhookFault;

  constructor(reason: WebhookFault) {
    super(`The signature of the webhook is not valid: ${reason}.`);
    this.reason = reason;
  }
}

export type ReceivedWebhook = {
  /** `Headers`, or an object such as `request.headers` of Node. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as received. One that was parsed and written again has other bytes. */
  readonly body: string | Uint8Array | ArrayBuffer;
};

export type WebhookOptions = {
  /** The largest difference between both clocks in seconds. Defaults to 300. */
  readonly toleranceSeconds?: number;
  /** The present time in milliseconds. Defaults to `Date.now`. */
  readonly now?: () => number;
};

/**
 * Verifies a message by its signature and returns its event. With several secrets each of them is good, so that a secret
 * can be replaced. An event may arrive twice: its id is the same each time.
 * @throws WebhookError if it is not signed by one of the secrets, or too old.
 */
export async function verifyWebhook<Event = PlatformEvent>(
  { headers, body }: ReceivedWebhook,
  secrets: string | readonly string[],
  { toleranceSeconds = 300, now = Date.now }: WebhookOptions = {},
): Promise<Event> {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signature = headerOf(headers, 'webhook-signature');
  if (!id || !timestamp || !signature) throw new WebhookError('missing');
  const signatures = signature.split(' ').flatMap((part) => (part.startsWith('v1,') ? [part.slice(3)] : []));
  if (!/^\d{1,11}$/.test(timestamp) || signatures.length === 0) throw new WebhookError('malformed');

  const ageSeconds = Math.floor(now() / 1_000) - Number(timestamp);
  if (ageSeconds > toleranceSeconds) throw new WebhookError('too_old');
  if (ageSeconds < -toleranceSeconds) throw new WebhookError('too_new');

  const bytes = bytesOf(body);
  const known = typeof secrets === 'string' ? [secrets] : secrets;
  if (!(await isSigned({ id, timestamp, body: bytes }, signatures, known)))
    throw new WebhookError('mismatch');
  return JSON.parse(new TextDecoder().decode(bytes)) as Event;
}

function headerOf(headers: ReceivedWebhook['headers'], name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? [];
  return typeof value === 'object' ? value.join(' ') : value;
}

function bytesOf(body: ReceivedWebhook['body']): Uint8Array<ArrayBuffer> {
  return typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array(body);
}
