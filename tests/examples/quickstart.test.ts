import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loadDemoData } from '../../demo/data.ts';
import { testClock } from '../support/clock.ts';
import { fillIn, parseHttpFile } from '../support/http-file.ts';
import { startTestPlatform } from '../support/platform.ts';

const clock = testClock(Temporal.Now.instant().toString());
const { platform, database } = await startTestPlatform({
  clock,
  // As it is by default.
  environment: { VELOCITY_PURCHASES_PER_USER_DAY: '' },
});
await loadDemoData(platform, clock, 'EUR');
const host = await platform.server.listen({ port: 0, host: '127.0.0.1' });

const file = parseHttpFile(readFileSync(join(import.meta.dirname, '../../examples/quickstart.http'), 'utf8'));
const answers = new Map<string, unknown>();

describe('examples/quickstart.http', () => {
  for (const request of file.requests) {
    test(request.title, async () => {
      const response = await fetch(fillIn(request.url, resolve), {
        method: request.method,
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, fillIn(value, resolve)]),
        ),
        ...(request.body !== undefined && { body: fillIn(request.body, resolve) }),
      });
      const text = await response.text();
      assert.equal(response.status, request.expectedStatus, text);
      if (request.name !== undefined) answers.set(request.name, JSON.parse(text));
    });
  }

  test('leaves the wallet that its comments describe', async () => {
    const wallet = await database.db
      .selectFrom('wallets')
      .innerJoin('users', 'users.id', 'wallets.user_id')
      .select(['pending', 'available', 'paid', 'last_sequence'])
      .where('email', 'like', 'quickstart-%')
      .executeTakeFirstOrThrow();
    assert.deepEqual(wallet, { pending: '0.6000', available: '0.0000', paid: '20.0000', last_sequence: 10n });
  });
});

function resolve(expression: string): unknown {
  if (expression === 'host') return host;
  if (expression === '$timestamp') return '1700000000';
  const [name = '', , , ...path] = expression.split('.');
  if (path.length === 0) return file.variables[expression];
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], answers.get(name));
}
