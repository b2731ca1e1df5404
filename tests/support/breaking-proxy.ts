import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after } from 'node:test';

/**
 * A way to the platform whose connections break: each request is executed, and its first answer is lost, wholly or in its
 * middle. A repeat gets through. `broken` names the requests whose answers got lost.
 */
export async function startBreakingProxy(target: string) {
  const broken: string[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '' } = request;
    const body = await buffer(request);
    const headers = new Headers(
      Object.entries(request.headers).flatMap(([name, value]) =>
        ['host', 'connection', 'content-length'].includes(name) ? [] : [[name, String(value)]],
      ) as [string, string][],
    );
    const answer = await fetch(`${target}${path}`, { method, headers, ...(body.length > 0 && { body }) });
    const content = Buffer.from(await answer.arrayBuffer());
    const name = `${method} ${path} ${headers.get('authorization')}`;
    if (broken.includes(name)) {
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(content);
      return;
    }
    broken.push(name);
    if (method === 'GET') {
      response.writeHead(answer.status, {
        ...Object.fromEntries(answer.headers),
        'content-length': content.length,
      });
      response.write(content.subarray(0, 10), () => response.destroy());
    } else response.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, broken };
}
