import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { after } from 'node:test';

type Link = { near: Socket; far: Socket; isSilent: boolean };

/** A way to the database that a test can block: bytes then get lost without a word, as behind a cut cable. */
export async function startProxy(url: string) {
  const { hostname, port } = new URL(url);
  const links = new Set<Link>();
  let isSilent = false;
  let onLostCommit: ((link: Link) => void) | undefined;

  const server = createServer((near) => {
    const link: Link = { near, far: connect(Number(port), hostname), isSilent: false };
    const { far } = link;
    links.add(link);
    near.on('data', (chunk) => {
      if (!isSilent && !link.isSilent) far.write(chunk);
    });
    far.on('data', (chunk) => {
      if (isSilent || link.isSilent) return;
      // The tag by which PostgreSQL says that COMMIT is done.
      if (onLostCommit !== undefined && chunk.includes('COMMIT\0')) {
        link.isSilent = true;
        onLostCommit(link);
      } else near.write(chunk);
    });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => undefined);
      from.on('close', () => {
        links.delete(link);
        to.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.close();
    for (const { near } of links) near.destroy();
  });

  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as AddressInfo).port);
  return {
    url: through.href,
    /** From now on nothing comes through, in either direction. */
    silence() {
      isSilent = true;
    },
    /** Connections that are open now fall silent; new ones work. */
    silenceOpenConnections() {
      for (const link of links) link.isSilent = true;
    },
    restore() {
      isSilent = false;
    },
    /** So many connections fall silent, or are cut, when PostgreSQL answers COMMIT. Resolves at the first one. */
    loseCommits(by: 'silence' | 'cut', times = Number.POSITIVE_INFINITY): Promise<void> {
      let lost = 0;
      return new Promise((resolve) => {
        onLostCommit = ({ near }) => {
          lost += 1;
          if (lost >= times) onLostCommit = undefined;
          if (by === 'cut') near.destroy();
          resolve();
        };
      });
    },
    loseNoCommits() {
      onLostCommit = undefined;
    },
    /** Cuts every connection. */
    cut() {
      for (const { near } of links) near.destroy();
    },
  };
}
