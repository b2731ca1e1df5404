import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Returns a port on which nothing listens now. Another process may take it before the caller does. */
export async function freePort(host: string): Promise<number> {
  const probe = createServer().listen({ host, port: 0 });
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
