import type { Clock } from '../../../core/clock.ts';
import type { Exchange } from '../../../core/outbound/exchange.ts';
import type { GuardedPost } from '../../../core/outbound/guarded-post.ts';
import type { Encryption } from '../../../core/secrets/encryption.ts';
import { sign } from '../../../core/secrets/signatures.ts';
import { validSecrets } from '../../../core/secrets/signing-secrets.ts';
import type { EventObject } from '../../platform/events/index.ts';
import type { Attempt, Endpoint } from './model.ts';

const USER_AGENT = 'ClickNBack-Webhooks/1.0';

/** The operator may name its own networks. In production the endpoints of partners reach public addresses alone. */
export type GuardOf = (owner: Pick<Endpoint, 'partnerId'>) => GuardedPost;

export type Sender = ReturnType<typeof webhookSender>;

/** The signed message of an event, sent once. */
export function webhookSender(deps: {
  readonly clock: Clock;
  readonly encryption: Pick<Encryption, 'decrypt'>;
  readonly guardOf: GuardOf;
}) {
  const { clock, encryption, guardOf } = deps;

  /** Never throws: what went wrong is in the exchange. */
  async function send(
    endpoint: Pick<Endpoint, 'id' | 'partnerId' | 'url' | 'signing'>,
    event: EventObject,
    limits: { readonly timeout_ms: number; readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly exchange: Exchange; readonly attempt: Attempt }> {
    const now = clock();
    const body = Buffer.from(JSON.stringify(event));
    const secrets = validSecrets(endpoint.signing, now).map((secret) =>
      encryption.decrypt(secret, encryptionContext(endpoint.id)),
    );
    const timestamp = String(Math.floor(now.epochMilliseconds / 1000));
    const headers = {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      'webhook-id': event.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': sign({ id: event.id, timestamp, body }, secrets),
    };
    const started = performance.now();
    const exchange = await guardOf(endpoint).post({ url: endpoint.url, headers, body, ...limits });
    return { exchange, attempt: attemptOf(exchange, now, performance.now() - started) };
  }

  return { send };
}

/** An attempt as it is stored. PostgreSQL takes no NUL character. */
export function attemptOf(exchange: Exchange, at: Temporal.Instant, duration_ms: number): Attempt {
  const attempted_at = at.toString({ smallestUnit: 'millisecond' });
  const timed = { attempted_at, duration_ms: Math.round(duration_ms) };
  return 'status' in exchange
    ? {
        ...timed,
        status: exchange.status,
        failure: null,
        response: exchange.body.replaceAll('\0', '\uFFFD'),
      }
    : { ...timed, status: null, failure: exchange.failure, response: null };
}

/** The additional data of the encryption. A secret that is copied to another endpoint cannot be decrypted. */
export function encryptionContext(endpointId: string): string {
  return `webhook endpoint ${endpointId}`;
}
