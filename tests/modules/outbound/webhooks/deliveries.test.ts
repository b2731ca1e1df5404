import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { reencryptWebhookSecrets } from '../../../../src/modules/outbound/webhooks/index.ts';
import { runSql } from '../../../support/database.ts';
import { openPartner } from '../../../support/partners.ts';
import { assertRefused, startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';
import { until } from '../../../support/until.ts';
import { openReceiver } from '../../../support/webhook-receiver.ts';

const platform = await startTestPlatform({ environment: { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' } });
const { admin, api, clock, database } = platform;

type Receiver = Awaited<ReturnType<typeof openReceiver>>;

/** Each test has its endpoints alone. */
beforeEach(async () => {
  const listed = await api('GET', '/webhook-endpoints?limit=100', { token: admin.token });
  for (const { id } of listed.body.data)
    await api('DELETE', `/webhook-endpoints/${id}`, { token: admin.token });
});

async function subscribe(
  { url }: Pick<Receiver, 'url'>,
  fields: Record<string, unknown> = {},
  token = admin.token,
): Promise<{ id: string; secret: string; path: string }> {
  const body = { url, event_types: ['merchant.*'], ...fields };
  const answer = await api('POST', '/webhook-endpoints', { token, body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return { ...answer.body, path: `/webhook-endpoints/${answer.body.id}` };
}

/** An event of a merchant, and the id of its record. */
async function cause(): Promise<string> {
  const merchantId = await platform.createMerchant();
  const [record] = await rows(`select id from audit_logs where resource_id = '${merchantId}'`);
  return String(record?.id);
}

const rows = (text: string) => runSql(database.url, text);

async function fanOut(): Promise<void> {
  await platform.consumeEvents('webhooks');
}

async function deliver(): Promise<void> {
  await fanOut();
  await platform.runLoop('deliver-webhooks');
}

async function deliveriesOf({ path }: { path: string }, query = '') {
  const answer = await api('GET', `${path}/deliveries?limit=100${query}`, { token: admin.token });
  assert.equal(answer.status, 200);
  return answer.body.data;
}

describe('an event', () => {
  test('reaches the endpoint that subscribes to it, signed and whole', async () => {
    const receiver = await openReceiver();
    const endpoint = await subscribe(receiver);
    const id = await cause();

    await deliver();

    const [message, ...others] = receiver.take();
    assert.equal(others.length, 0);
    assert.equal(message?.id, id);
    message.verify(endpoint.secret, clock());
    assert.equal(message.headers['content-type'], 'application/json');
    assert.equal(message.event.id, id);
    assert.equal(message.event.type, 'merchant.created');
    assert.equal(message.event.created_at, '2026-03-14T09:26:53Z');
    assert.equal(message.event.data.sequence, 1);
    const [delivery] = await deliveriesOf(endpoint);
    const { duration_ms, ...attempt } = delivery.attempts[0];
    assert.ok(duration_ms >= 0);
    assert.deepEqual(
      { ...delivery, attempts: [attempt] },
      {
        event_id: id,
        event_type: 'merchant.created',
        status: 'succeeded',
        next_attempt_at: null,
        attempts: [{ attempted_at: '2026-03-14T09:26:53Z', status: 204, failure: null, response: '' }],
        created_at: '2026-03-14T09:26:53Z',
      },
    );
  });

  test('reaches no endpoint of other types, nor an inactive or deleted one, nor one that comes later', async () => {
    const receiver = await openReceiver();
    await subscribe(receiver, { event_types: ['payout.*', 'offer.created'] });
    const inactive = await subscribe(receiver);
    await api('PATCH', inactive.path, { token: admin.token, body: { status: 'inactive' } });
    const deleted = await subscribe(receiver);
    await api('DELETE', deleted.path, { token: admin.token });
    await cause();
    await fanOut();
    await subscribe(receiver);

    await deliver();

    assert.deepEqual(receiver.take(), []);
  });

  test('of the time before the first endpoint is not sent', async () => {
    await cause();
    const receiver = await openReceiver();
    await subscribe(receiver);
    const id = await cause();

    await deliver();

    assert.deepEqual(
      receiver.take().map((message) => message.id),
      [id],
    );
  });

  test('of a purchase reaches the partner that reported it, and no other', async () => {
    const shop = await openShop(platform);
    const [reporter, other] = [await openPartner(platform), await openPartner(platform)];
    const receivers = [await openReceiver(), await openReceiver()] as const;
    await subscribe(receivers[0], { event_types: ['*'] }, reporter.token);
    await subscribe(receivers[1], { event_types: ['*'] }, other.token);
    const reported = await shop.report({ external_id: 'of a partner' }, reporter.token);
    assert.equal(reported.status, 201, JSON.stringify(reported.body));

    await deliver();

    const types = (receiver: Receiver) => receiver.take().map(({ event }) => event.type);
    assert.deepEqual(types(receivers[0]), ['purchase.recorded']);
    assert.deepEqual(types(receivers[1]), []);
  });

  test('waits while its partner is inactive', async () => {
    const shop = await openShop(platform);
    const partner = await openPartner(platform);
    const receiver = await openReceiver();
    await subscribe(receiver, { event_types: ['purchase.*'] }, partner.token);
    await shop.report({ external_id: 'of an inactive one' }, partner.token);
    const setStatus = (status: string) =>
      api('PATCH', `/partners/${partner.id}/status`, { token: admin.token, body: { status } });
    await setStatus('inactive');

    await deliver();
    assert.deepEqual(receiver.take(), []);
    await setStatus('active');
    await deliver();
    assert.equal(receiver.take().length, 1);
  });
});

describe('a failed attempt', () => {
  test('is repeated with the same id and a new time, until one is successful', async () => {
    const receiver = await openReceiver();
    const endpoint = await subscribe(receiver);
    const id = await cause();
    receiver.answer((response) => response.writeHead(500).end(`\0${'x'.repeat(3_000)}`));
    await deliver();
    await deliver();
    assert.equal(receiver.messages.length, 1);
    clock.advance({ seconds: 6 });
    receiver.answer(503);
    await deliver();
    clock.advance({ minutes: 6 });
    receiver.accept();

    await deliver();

    const messages = receiver.take();
    assert.deepEqual(
      messages.map((message) => message.id),
      [id, id, id],
    );
    messages.at(-1)?.verify(endpoint.secret, clock());
    assert.equal(new Set(messages.map(({ headers }) => headers['webhook-timestamp'])).size, 3);
    const [delivery] = await deliveriesOf(endpoint, '&status=succeeded');
    assert.deepEqual(
      delivery.attempts.map(({ status }: { status: number }) => status),
      [500, 503, 204],
    );
    assert.equal(delivery.attempts[0].response, `\uFFFD${'x'.repeat(1_023)}`);
  });

  test('is the eighth and last after a day, and the event can be sent again', async () => {
    const receiver = await openReceiver();
    const endpoint = await subscribe(receiver);
    const id = await cause();
    receiver.answer(500);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await deliver();
      await platform.passTime({ hours: 11 });
    }
    assert.equal(receiver.take().length, 8);
    const [failed] = await deliveriesOf(endpoint, '&status=failed');
    assert.equal(failed.event_id, id);
    receiver.accept();

    const answer = await api('POST', `${endpoint.path}/deliveries/${id}/resend`, { token: admin.token });
    await deliver();

    assert.equal(answer.status, 200);
    assert.equal(answer.body.status, 'pending');
    assert.equal(receiver.take()[0]?.id, id);
    assert.deepEqual(await deliveriesOf(endpoint, '&status=failed'), []);
  });

  test('with Retry-After lets the whole endpoint rest', async () => {
    const receiver = await openReceiver();
    const endpoint = await subscribe(receiver);
    await cause();
    receiver.answer((response) => response.writeHead(429, { 'retry-after': '100' }).end());
    await deliver();
    await cause();
    receiver.accept();

    await deliver();
    assert.equal(receiver.take().length, 1);
    clock.advance({ seconds: 101 });
    await deliver();

    assert.equal(receiver.take().length, 2);
    assert.equal((await deliveriesOf(endpoint, '&status=succeeded')).length, 2);
  });

  test('with 410 disables the endpoint, which an event records', async () => {
    const receiver = await openReceiver();
    const endpoint = await subscribe(receiver);
    await cause();
    receiver.answer(410);

    await deliver();

    const shown = await api('GET', endpoint.path, { token: admin.token });
    assert.deepEqual([shown.body.status, shown.body.disabled_reason], ['inactive', 'gone']);
    const [event] = await rows(
      `select action, actor_type, details from audit_logs where resource_id = '${endpoint.id}' order by id desc limit 1`,
    );
    assert.deepEqual(event, {
      action: 'webhook_endpoint.disabled',
      actor_type: 'system',
      details: { reason: 'gone', partner_id: null, host: receiver.host },
    });
    const resend = `${endpoint.path}/deliveries/${(await deliveriesOf(endpoint))[0].event_id}/resend`;
    assertRefused(await api('POST', resend, { token: admin.token }), 409, 'WEBHOOK_ENDPOINT_INACTIVE');
  });

  test('after five days of failures disables the endpoint, and what is pending waits for it', async () => {
    const receiver = await openReceiver();
    const endpoint = await subscribe(receiver);
    receiver.answer(500);
    for (let halfDays = 0; halfDays < 11; halfDays += 1) {
      await cause();
      await deliver();
      await platform.passTime({ hours: 12 });
    }
    await cause();
    await deliver();
    const shown = await api('GET', endpoint.path, { token: admin.token });
    assert.deepEqual([shown.body.status, shown.body.disabled_reason], ['inactive', 'failures']);
    const pending = (await deliveriesOf(endpoint, '&status=pending')).length;
    assert.ok(pending > 0);
    receiver.take();
    receiver.accept();

    await api('PATCH', endpoint.path, { token: admin.token, body: { status: 'active' } });
    await platform.passTime({ hours: 12 });
    await deliver();

    assert.equal(receiver.take().length, pending);
    const healed = await api('GET', endpoint.path, { token: admin.token });
    assert.deepEqual([healed.body.failing_since, healed.body.disabled_reason], [null, null]);
  });
});

describe('the work of a process', () => {
  test('is taken over when its lease has ended, and not before', async () => {
    const receiver = await openReceiver();
    await subscribe(receiver);
    await cause();
    await fanOut();
    const lease = (seconds: number) =>
      rows(
        `update webhook_deliveries set taken_until = now() + interval '${seconds} s' where status = 'pending'`,
      );
    await lease(20);
    await deliver();
    assert.deepEqual(receiver.take(), []);

    await lease(0);
    await deliver();

    assert.equal(receiver.take().length, 1);
  });

  test('takes 16 requests of an endpoint at a time, and no other endpoint waits for one that hangs', async () => {
    const [hanging, other] = [await openReceiver(), await openReceiver()];
    await subscribe(hanging);
    const held: (() => void)[] = [];
    hanging.answer((response) => held.push(() => response.writeHead(204).end()));
    for (let events = 0; events < 20; events += 1) await cause();
    await fanOut();
    const running = platform.runLoop('deliver-webhooks');
    await until(() => held.length === 16);

    await subscribe(other);
    const id = await cause();
    await fanOut();
    await until(() => other.messages.length === 1);
    assert.equal(other.take()[0]?.id, id);
    assert.equal(held.length, 16);

    hanging.accept();
    for (const release of held) release();
    await running;
    assert.equal(new Set(hanging.take().map((message) => message.id)).size, 21);
  });

  test('is given back when the process stops', async () => {
    const receiver = await openReceiver();
    await subscribe(receiver);
    await cause();
    await fanOut();
    receiver.answer(() => undefined);
    const stopping = new AbortController();
    const loop = platform.platform.loops.find(({ name }) => name === 'deliver-webhooks');
    await loop?.run(stopping.signal);
    await until(() => receiver.messages.length === 1);
    const waiting = loop?.run(stopping.signal);
    stopping.abort();

    assert.equal(await waiting, 0);
    receiver.accept();
    receiver.closeConnections();
    await platform.runLoop('deliver-webhooks');
  });
});

describe('an endpoint', () => {
  test('signs with both secrets for the overlap, and then with the new one alone', async () => {
    const receiver = await openReceiver();
    const { secret: previous, path } = await subscribe(receiver);
    const rotated = await api('POST', `${path}/secret`, {
      token: admin.token,
      body: { overlap_seconds: 60 },
    });
    assert.equal(rotated.status, 201);
    const { secret } = rotated.body;

    await cause();
    await deliver();
    clock.advance({ seconds: 60 });
    await cause();
    await deliver();

    const [first, second] = receiver.take();
    for (const known of [previous, secret])
      assert.doesNotThrow(() => first?.verify(known, clock().subtract({ seconds: 60 })));
    second?.verify(secret, clock());
    assert.throws(() => second?.verify(previous, clock()), { code: 'INVALID_SIGNATURE' });
  });

  test('keeps its secret encrypted, also with a new key', async () => {
    const receiver = await openReceiver();
    const { id, secret } = await subscribe(receiver);
    const stored = async () =>
      String((await rows(`select secret from webhook_endpoints where id = '${id}'`))[0]?.secret);
    const before = await stored();
    assert.ok(before.startsWith('development.') && !before.includes(secret.slice(6)));

    const keys = [{ id: 'new', key: Buffer.alloc(32, 'new') }, ...platform.config.encryptionKeys];
    const count = await reencryptWebhookSecrets(database, keys);

    assert.ok(count >= 1);
    assert.ok((await stored()).startsWith('new.'));
    assert.equal(await reencryptWebhookSecrets(database, keys), 0);
    await reencryptWebhookSecrets(database, keys.toReversed());
  });

  test('answers a test with what came back', async () => {
    const receiver = await openReceiver();
    const endpoint = await subscribe(receiver);
    receiver.answer((response) => response.writeHead(500).end('broken'));

    const answer = await api('POST', `${endpoint.path}/test`, { token: admin.token });

    assert.equal(answer.status, 200);
    const { duration_ms: _, ...attempt } = answer.body.attempt;
    assert.deepEqual(
      { ...answer.body, attempt },
      {
        event_id: receiver.messages[0]?.id,
        delivered: false,
        attempt: { attempted_at: attempt.attempted_at, status: 500, failure: null, response: 'broken' },
      },
    );
    const [message] = receiver.take();
    message?.verify(endpoint.secret, clock());
    assert.equal(message?.event.type, 'webhook.test');
    assert.deepEqual(await deliveriesOf(endpoint), []);
  });

  test('gets all events since a time again, delivered or not, and those that it missed', async () => {
    const receiver = await openReceiver();
    const endpoint = await subscribe(receiver);
    await cause();
    await deliver();
    await platform.passTime({ hours: 1 });
    const since = clock().toString();
    const delivered = await cause();
    await deliver();
    await api('PATCH', endpoint.path, { token: admin.token, body: { status: 'inactive' } });
    const missed = await cause();
    await fanOut();
    await api('PATCH', endpoint.path, { token: admin.token, body: { status: 'active' } });
    receiver.take();

    const answer = await api('POST', `${endpoint.path}/replay`, { token: admin.token, body: { since } });
    await platform.runLoop('replay-webhooks');
    await deliver();

    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.deepEqual(
      receiver
        .take()
        .map(({ id }) => id)
        .sort(),
      [delivered, missed].sort(),
    );
    await platform.runLoop('replay-webhooks');
    await deliver();
    assert.deepEqual(receiver.take(), []);
  });

  test('is one of a partner, which sees no other', async () => {
    const receiver = await openReceiver();
    const [partner, other] = [await openPartner(platform), await openPartner(platform)];
    const endpoint = await subscribe(receiver, {}, partner.token);
    await subscribe(receiver);

    const listed = await api('GET', '/webhook-endpoints', { token: partner.token });
    assert.deepEqual(
      listed.body.data.map(({ id, partner_id }: Record<string, string>) => [id, partner_id]),
      [[endpoint.id, partner.id]],
    );
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/secret'],
      ['POST', '/test'],
      ['GET', '/deliveries'],
      ['POST', '/replay'],
    ] as const) {
      const body = {
        PATCH: { description: 'mine' },
        POST: path === '/replay' ? { since: clock().toString() } : {},
      };
      const answer = await api(method, `${endpoint.path}${path}`, {
        token: other.token,
        body: path === '/test' ? undefined : body[method as 'PATCH' | 'POST'],
      });
      assertRefused(answer, 404, 'NOT_FOUND');
    }
  });

  test('is refused with a private URL, or types that do not exist', async () => {
    for (const [fields, field] of [
      [{ url: 'http://169.254.169.254/latest' }, 'url'],
      [{ url: 'https://user:secret@example.com/' }, 'url'],
      [{ event_types: ['purchase.*', 'purchase.confirmd'] }, 'event_types.1'],
      [{ event_types: ['personal_data.read'] }, 'event_types.0'],
    ] as const) {
      const body = { url: 'https://example.com/', event_types: ['*'], ...fields };
      const answer = await api('POST', '/webhook-endpoints', { token: admin.token, body });
      assertRefused(answer, 400, 'VALIDATION_ERROR');
      assert.equal(answer.body.error.details.violations[0].field, field);
    }
  });

  test('is deleted with its deliveries, and old deliveries are deleted in time', async () => {
    const receiver = await openReceiver();
    const [kept, deleted] = [await subscribe(receiver), await subscribe(receiver)];
    await cause();
    await deliver();
    await platform.passTime({ hours: 24 });
    const recent = await cause();
    await deliver();
    await api('DELETE', deleted.path, { token: admin.token });
    await platform.passTime({ hours: 24 * 29 + 1 });

    await platform.runJob('purge-webhook-deliveries');

    assertRefused(await api('GET', deleted.path, { token: admin.token }), 404, 'NOT_FOUND');
    const left = (id: string) => rows(`select id from webhook_deliveries where endpoint_id = '${id}'`);
    assert.deepEqual(await left(deleted.id), []);
    assert.deepEqual(await rows(`select id from webhook_endpoints where id = '${deleted.id}'`), []);
    assert.deepEqual(await left(kept.id), [{ id: recent }]);
  });
});
