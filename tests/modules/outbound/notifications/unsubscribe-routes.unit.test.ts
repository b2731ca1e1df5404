import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { API_DESCRIPTION } from '../../../../src/api-description.ts';
import { invalidToken } from '../../../../src/core/caller.ts';
import { systemClock } from '../../../../src/core/clock.ts';
import { createHttpServer } from '../../../../src/core/http/server.ts';
import { createMetrics } from '../../../../src/core/observability/metrics.ts';
import { encryption } from '../../../../src/core/secrets/encryption.ts';
import { unsubscribeRoutes } from '../../../../src/modules/outbound/notifications/unsubscribe-routes.ts';
import { unsubscribing } from '../../../../src/modules/outbound/notifications/unsubscribing.ts';

const links = unsubscribing({
  encryption: encryption([{ id: 'one', key: Buffer.alloc(32, 'one') }]),
  publicUrl: 'https://api.shop.example',
});
const ended: unknown[] = [];
const server = await createHttpServer({
  logger: pino({ level: 'silent' }),
  metrics: createMetrics(),
  clock: systemClock,
  authenticate: () => Promise.reject(invalidToken()),
  trustProxy: false,
  maxConnections: 10,
  publicUrl: 'http://localhost',
  api: API_DESCRIPTION,
  apiDocs: false,
});
unsubscribeRoutes({
  service: { unsubscribe: async (userId, kind) => void ended.push([userId, kind]) },
  readToken: links.read,
})(server);
await server.ready();
after(() => server.close());

const link = links.linkOf({ userId: 'alice', kind: 'weekly_summary', locale: 'de' });
const path = link.slice('https://api.shop.example'.length);

describe('the link that ends mails', () => {
  test('asks first: what only opens links ends nothing', async () => {
    const { statusCode, headers, body } = await server.inject({ method: 'GET', url: path });
    assert.equal(statusCode, 200);
    assert.match(body, /<html lang="de">[\s\S]*die wöchentliche Zusammenfassung[\s\S]*<form method="post">/);
    assert.match(String(headers['content-security-policy']), /form-action 'self'/);
    assert.deepEqual(ended, []);
  });

  for (const [program, type, payload] of [
    ['a mail program, with one click', 'application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    ['a mail program that sends parts', 'multipart/form-data; boundary=x', '--x--'],
    ['the button of the page', 'application/x-www-form-urlencoded', ''],
  ] as const) {
    test(`ends them when ${program} posts`, async () => {
      const answer = await server.inject({
        method: 'POST',
        url: path,
        headers: { 'content-type': type },
        payload,
      });
      assert.equal(answer.statusCode, 200);
      assert.match(answer.body, /Abbestellt/);
      assert.deepEqual(ended.splice(0), [['alice', 'weekly_summary']]);
    });
  }

  test('is refused if somebody changed it', async () => {
    for (const url of [
      '/unsubscribe',
      '/unsubscribe?token=',
      `${path}x`,
      path.replace('token=', 'token=a'),
    ]) {
      for (const method of ['GET', 'POST'] as const) {
        const { statusCode, body } = await server.inject({ method, url });
        assert.equal(statusCode, 404, url);
        assert.match(body, /This link is not valid/);
      }
    }
    assert.deepEqual(ended, []);
  });

  test('is no token of something else that the same keys protect', () => {
    const other = encryption([{ id: 'one', key: Buffer.alloc(32, 'one') }]);
    const token = other.encrypt(JSON.stringify(['alice', 'weekly_summary', 'en']), 'mail 1');
    assert.equal(links.read(token), undefined);
  });
});
