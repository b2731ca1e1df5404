/* Receives webhooks, in thirty lines without a dependency: WEBHOOK_SECRET=whsec_… node examples/webhook-receiver.ts */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';

const key = Buffer.from((process.env.WEBHOOK_SECRET ?? '').replace('whsec_', ''), 'base64');
/** The events that have arrived. A real receiver keeps their ids in its database. */
const known = new Set<string>();

function isGenuine(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signatures } = headers;
  if (Math.abs(Date.now() / 1000 - Number(time)) > 300) return false;
  const expected = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest();
  return String(signatures)
    .split(' ')
    .map((signature) => Buffer.from(signature.replace('v1,', ''), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

const server = createServer(async (request, response) => {
  const body = Buffer.concat(await Array.fromAsync(request));
  if (!isGenuine(request.headers, body)) return response.writeHead(401).end();
  const event = JSON.parse(body.toString());
  // Each event may arrive more than once, and in any order.
  if (!known.has(event.id)) console.log(event.type, JSON.stringify(event.data));
  known.add(event.id);
  return response.writeHead(204).end();
});
server.listen(Number(process.env.PORT ?? 4000), 'localhost');
