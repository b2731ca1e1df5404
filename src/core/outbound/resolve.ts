import { Resolver } from 'node:dns/promises';

/** Returns all addresses of a host name. @throws if it has none, or if the signal aborts. */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>;

const QUERY = { timeout: 3_000, tries: 2 };

/**
 * Asks the name servers of the machine, without its hosts file. `dns.lookup` would use it, but waits in one of the four
 * threads of Node's pool: a few names whose servers hang would hold up all others.
 */
export const resolveByDns: Resolve = async (hostname, signal) => {
  // A name for this machine by RFC 6761, whatever name servers say.
  if (/(^|\.)localhost\.?$/.test(hostname)) return ['127.0.0.1', '::1'];
  const resolver = new Resolver(QUERY);
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel);
  try {
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length === 0) throw new Error(`${hostname} has no address`, { cause: answers });
    return addresses;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};
