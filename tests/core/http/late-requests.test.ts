import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, test } from 'node:test';
import { respondToClientError } from '../../../src/core/http/raw-responses.ts';
import { until } from '../../support/until.ts';

const HEADERS = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n';

describe('a request whose body is late', () => {
  test('is answered 408 and never worked on, although the rest arrives afterwards', async (t) => {
    const worked: string[] = [];
    const server = createServer(
      { requestTimeout: 200, headersTimeout: 100, connectionsCheckingInterval: 20 },
      (request, response) => {
        let body = '';
        request.on('data', (chunk) => {
          body += String(chunk);
        });
        request.on('end', () => {
          worked.push(body);
          response.end('done');
        });
        request.on('error', () => undefined);
      },
    );
    server.on('clientError', (error, socket) => respondToClientError(error, socket as never));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    const client = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      // It goes on sending after the server has said its last word.
      allowHalfOpen: true,
    });
    t.after(() => client.destroy());
    client.on('error', () => undefined);
    let received = '';
    client.on('data', (chunk) => {
      received += String(chunk);
    });
    client.write(`${HEADERS}12345`);

    await until(() => received.startsWith('HTTP/1.1 408'));
    client.write('67890');
    // A request of another client proves that the server has had its turn.
    const { port } = server.address() as AddressInfo;
    await until(async () => {
      // On a busy machine it may be late itself.
      await until(
        async () => (await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: 'of another' })).ok,
      );
      return worked.includes('of another');
    });

    assert.ok(!worked.includes('1234567890'));
    assert.ok(!received.includes('done'));
  });
});
