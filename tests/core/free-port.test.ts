import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freePort } from '../../src/core/free-port.ts';

test('a free port can be used immediately, and is not returned a second time meanwhile', async (t) => {
  const port = await freePort('127.0.0.1');
  const server = createServer().listen(port, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  assert.notEqual(await freePort('127.0.0.1'), port);
});

test('a host that is not an address of this machine has no free port', async () => {
  await assert.rejects(freePort('192.0.2.1'), { code: 'EADDRNOTAVAIL' });
});
