import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress, networkMatcher } from './addresses.ts';
import type { Exchange, ExchangeFailure } from './exchange.ts';
import { type Resolve, resolveByDns } from './resolve.ts';

/*
 * Requests to URLs that somebody else chose. A name is resolved once, every address is checked, and the connection goes to
 * these addresses alone: a name that is resolved again could mean another address by then.
 */

export type Post = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** For the whole exchange, from the lookup of the name to the end of the response. */
  readonly timeout_ms: number;
  /** Ends the exchange early, as `interrupted`. */
  readonly signal?: AbortSignal | undefined;
};

/** The part of a response body that is read. The connection is closed after it. */
const BODY_BYTES = 1_024;

export type GuardedPost = ReturnType<typeof guardedPost>;

export function guardedPost(options: {
  /** False in production: bodies and signatures would cross the internet in clear. */
  readonly allowsHttp: boolean;
  /** Networks that may be reached although they are not public, such as `10.1.0.0/16`. */
  readonly allowedNetworks: readonly string[];
  readonly resolve?: Resolve;
}) {
  const { allowsHttp, allowedNetworks, resolve = resolveByDns } = options;
  const isOwnNetwork = networkMatcher(allowedNetworks);
  const isAllowed = (address: string) => isPublicAddress(address) || isOwnNetwork(address);
  // Agents of their own. The global ones may keep connections, which skip the check, and use a proxy of the environment.
  const agents = { 'http:': new http.Agent(), 'https:': new https.Agent() };

  /** The reason why no request is ever sent to this URL, for a person. Undefined if there is none. */
  function objectionTo(text: string): string | undefined {
    const url = URL.parse(text);
    if (url === null || !(url.protocol in agents)) return 'must be a URL that begins with https://';
    if (url.protocol === 'http:' && !allowsHttp) return 'must begin with https://';
    if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
    const host = hostOf(url);
    if (isIP(host) !== 0 && !isAllowed(host)) return 'must not name a private or reserved address';
    return undefined;
  }

  /** Sends one request. Follows no redirect, and never throws. */
  async function post({ url: text, headers, body, timeout_ms, signal }: Post): Promise<Exchange> {
    if (objectionTo(text) !== undefined) return { failure: 'url_not_allowed' };
    const url = new URL(text);
    const timeout = AbortSignal.timeout(timeout_ms);
    const ending = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
    const ended = () => ({ failure: timeout.aborted ? 'timeout' : 'interrupted' }) as const;

    const addresses = await addressesOf(hostOf(url), ending);
    if (ending.aborted) return ended();
    if (addresses.length === 0) return { failure: 'host_not_found' };
    if (!addresses.every(isAllowed)) return { failure: 'address_not_allowed' };
    const exchange = await send(url, addresses, { headers, body, signal: ending });
    return ending.aborted && 'failure' in exchange ? ended() : exchange;
  }

  async function addressesOf(host: string, signal: AbortSignal): Promise<readonly string[]> {
    if (isIP(host) !== 0) return [host];
    const aborted = new Promise<readonly string[]>((settle) => {
      signal.addEventListener('abort', () => settle([]), { once: true });
    });
    return Promise.race([resolve(host, signal).catch(() => []), aborted]);
  }

  function send(
    url: URL,
    addresses: readonly string[],
    { headers, body, signal }: { headers: Post['headers']; body: Buffer; signal: AbortSignal },
  ): Promise<Exchange> {
    const isSecure = url.protocol === 'https:';
    const { promise, resolve: settle } = Promise.withResolvers<Exchange>();
    const request = (isSecure ? https : http).request(
      {
        method: 'POST',
        protocol: url.protocol,
        // TLS proves this name, also if the connection goes to an address that we looked up.
        hostname: hostOf(url),
        port: url.port === '' ? undefined : Number(url.port),
        path: `${url.pathname}${url.search}`,
        headers: { ...headers, 'content-length': body.length },
        lookup: lookupOf(addresses),
        agent: agents[url.protocol as keyof typeof agents],
        signal,
      },
      (response) => {
        readBeginning(response).then(settle, () => settle({ failure: 'response_invalid' }));
      },
    );
    request.on('error', (error) => settle({ failure: failureOf(error) }));
    request.end(body);
    return promise;
  }

  return { objectionTo, post };
}

/** The host of a URL as an address or a name. The URL has read decimal, octal, hexadecimal and short forms of addresses. */
function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** Gives the connection the addresses that were checked, instead of a second lookup. */
function lookupOf(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, { all }, callback) => {
    const [first = { address: '', family: 0 }] = found;
    if (all === true) callback(null, found);
    else callback(null, first.address, first.family);
  };
}

async function readBeginning(response: IncomingMessage): Promise<Exchange> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop closes the connection.
  for await (const chunk of response) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > BODY_BYTES) break;
  }
  const body = Buffer.concat(chunks).subarray(0, BODY_BYTES).toString('utf8');
  const { statusCode = 0, headers } = response;
  return { status: statusCode, body, retryAfter: headers['retry-after'] };
}

function failureOf(error: Error & { code?: string }): ExchangeFailure {
  const { code = '' } = error;
  if (code.startsWith('HPE_')) return 'response_invalid';
  if (/CERT|TLS|SSL|VERIFY|SELF_SIGNED/.test(code)) return 'certificate_invalid';
  return 'connection_failed';
}
