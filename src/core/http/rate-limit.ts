import type { FastifyReply, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { rateLimited } from '../errors.ts';
import type { RateWindows } from './rate-windows.ts';

export type RateLimit = {
  /** Limits of one name count together, also on several routes. */
  readonly name: string;
  readonly perMinute: number;
  /** The key that a request counts against; `undefined` exempts it. */
  readonly keyOf: (request: FastifyRequest) => string | undefined;
  /** The weight of a request: a batch counts its items. */
  readonly weightOf?: (request: FastifyRequest) => number;
};

export type LimitRate = ReturnType<typeof rateLimiter>;

/**
 * Makes a limit; a route may have several. In `config.limits` it counts requests before their body is parsed. As
 * `preHandler`, for a key in the body, it counts well-formed requests. A request that does not fit is refused as a whole
 * and does not count.
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

/** With several limits, the headers show the one with the fewest requests left. */
function showTightest(
  reply: FastifyReply,
  limit: { perMinute: number; remaining: number; resetsIn_seconds: number },
): void {
  const shown = reply.getHeader('x-ratelimit-remaining');
  if (shown !== undefined && Number(shown) <= limit.remaining) return;
  reply.headers({
    'x-ratelimit-limit': limit.perMinute,
    // V8 would cache the text of this number, which rarely repeats.
    'x-ratelimit-remaining': limit.remaining.toFixed(0),
    'x-ratelimit-reset': limit.resetsIn_seconds,
  });
}

/** The network address that a request came from, in one spelling. Of IPv6 the /64, which belongs to one customer. */
export function addressOf({ ip }: Pick<FastifyRequest, 'ip'>): string {
  // A proxy may send something else.
  if (!ipaddr.isValid(ip)) return ip.toLowerCase();
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv6'
    ? `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`)}`
    : address.toString();
}
