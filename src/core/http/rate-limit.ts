import type { FastifyReply, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { rateLimited } from '../errors.ts';
import type { RateWindows } from './rate-windows.ts';

export type RateLimit = {
  /** Limits with the same name share their counts, also across routes. */
  readonly name: string;
  readonly perMinute: number;
  /** The key under which a request is counted. `undefined` exempts the request. */
  readonly keyOf: (request: FastifyRequest) => string | undefined;
  /** The weight of a request, such as the number of items of a batch. Defaults to 1. */
  readonly weightOf?: (request: FastifyRequest) => number;
};

export type LimitRate = ReturnType<typeof rateLimiter>;

/**
 * Creates a limit. A route may have several. A limit in `config.limits` counts requests before their body is parsed. A
 * limit as `preHandler` can use a key from the body, and counts valid requests only. A request that exceeds the limit is
 * refused as a whole and is not counted.
 */
export function rateLimiter(windows: Pick<RateWindows, 'take'>) {
  return ({ name, perMinute, keyOf, weightOf = () => 1 }: RateLimit) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const key = keyOf(request);
      if (key === undefined) return;
      const { isAllowed, remaining, resetsIn_ms } = await windows.take(
        `${name}:${key}`,
        weightOf(request),
        perMinute,
      );
      const resetsIn_seconds = Math.max(1, Math.ceil(resetsIn_ms / 1_000));
      showTightest(reply, { perMinute, remaining, resetsIn_seconds });
      if (!isAllowed) throw rateLimited({ retry_after_seconds: resetsIn_seconds });
    };
}

/** If several limits apply, the headers show the one with the fewest remaining requests. */
function showTightest(
  reply: FastifyReply,
  limit: { perMinute: number; remaining: number; resetsIn_seconds: number },
): void {
  const shown = reply.getHeader('x-ratelimit-remaining');
  if (shown !== undefined && Number(shown) <= limit.remaining) return;
  reply.headers({
    'x-ratelimit-limit': limit.perMinute,
    // `toFixed` avoids V8's cache of number texts: this number rarely repeats.
    'x-ratelimit-remaining': limit.remaining.toFixed(0),
    'x-ratelimit-reset': limit.resetsIn_seconds,
  });
}

/** The normalized IP address of the client. For IPv6 only its /64 network, which belongs to one customer. */
export function addressOf({ ip }: Pick<FastifyRequest, 'ip'>): string {
  // A proxy may send a text that is not an IP address.
  if (!ipaddr.isValid(ip)) return ip.toLowerCase();
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv6'
    ? `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`)}`
    : address.toString();
}

/** The network of the client, in which the address of one device changes: the /24 of IPv4, the /64 of IPv6. */
export function networkOf(request: Pick<FastifyRequest, 'ip'>): string {
  const address = addressOf(request);
  return ipaddr.IPv4.isValid(address) ? `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/24`)}` : address;
}
