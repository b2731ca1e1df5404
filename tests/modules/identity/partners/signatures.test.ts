import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { newId } from '../../../../src/core/id.ts';
import { newSigningSecret } from '../../../../src/core/secrets/signatures.ts';
import { messageTaking } from '../../../../src/modules/identity/partners/authentication.ts';
import { partnerRepository } from '../../../../src/modules/identity/partners/repository.ts';
import { openPartner, signed, type TestPartner } from '../../../support/partners.ts';
import { type Answer, startTestPlatform } from '../../../support/platform.ts';
import { countRows, openShop, rowsOf } from '../../../support/purchases-shop.ts';

const platform = await startTestPlatform({ environment: { ACCESS_TOKEN_TTL_SECONDS: '86400' } });
const { api, admin, clock } = platform;
const shop = await openShop(platform);

const OTHER_SECRET = newSigningSecret();

describe('a request of a partner that must sign', () => {
  test('is taken with a signature over the very bytes that were sent', async () => {
    const partner = await openPartner(platform, { signs: true });
    const text = `  ${JSON.stringify(shop.body(), null, 3)}\n`;

    const answer = await send(partner, text, signed(partner.secret, text, { at: clock() }));

    assert.equal(answer.status, 201, JSON.stringify(answer.body));
  });

  test('is refused with no signature, or with one of another body, and leaves no trace', async () => {
    const partner = await openPartner(platform, { signs: true });
    const text = JSON.stringify(shop.body({ amount: '10.00' }));
    const headers = signed(partner.secret, text, { at: clock() });
    const before = await countRows(platform);

    assertRefused(await send(partner, text), 'missing');
    assertRefused(await send(partner, text.replace('10.00', '99.00'), headers), 'mismatch');
    assertRefused(await send(partner, text, signed(OTHER_SECRET, text, { at: clock() })), 'mismatch');
    assertRefused(await send(partner, '{"amount": not even JSON', headers), 'mismatch');

    assert.deepEqual(await countRows(platform), before);
    // What was refused is not remembered: the true message is still good.
    assert.equal((await send(partner, text, headers)).status, 201);
  });

  test('may hold a batch, as NDJSON too', async () => {
    const partner = await openPartner(platform, { signs: true });
    const text = [shop.body(), shop.body()].map((item) => JSON.stringify(item)).join('\n');
    const headers = {
      ...signed(partner.secret, text, { at: clock() }),
      'content-type': 'application/x-ndjson',
    };

    const answer = await send(partner, text, headers, '/purchases/batch');

    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(answer.body.summary.accepted, 2);
  });

  test('in gzip is signed as it is on the wire', async () => {
    const partner = await openPartner(platform, { signs: true });
    const text = JSON.stringify(shop.body());
    const packed = gzipSync(text);
    const type = { 'content-type': 'application/json', 'content-encoding': 'gzip' };

    const forText = { ...signed(partner.secret, text, { at: clock() }), ...type };
    assertRefused(await send(partner, packed, forText), 'mismatch');
    const forBytes = { ...signed(partner.secret, packed, { at: clock() }), ...type };
    assert.equal((await send(partner, packed, forBytes)).status, 201);
  });

  test('that only reads needs no signature', async () => {
    const partner = await openPartner(platform, { signs: true });
    const text = JSON.stringify(shop.body());
    const { body } = await send(partner, text, signed(partner.secret, text, { at: clock() }));

    assert.equal((await api('GET', `/purchases/${body.id}`, { token: partner.token })).status, 200);
  });

  test('is refused when the clocks are more than five minutes apart', async () => {
    const partner = await openPartner(platform, { signs: true });
    const text = JSON.stringify(shop.body());
    const at = (minutes: number, seconds = 0) =>
      signed(partner.secret, text, { at: clock().add({ minutes, seconds }) });

    assertRefused(await send(partner, text, at(-5, -1)), 'too_old');
    assertRefused(await send(partner, text, at(5, 1)), 'too_new');
    assert.equal((await send(partner, text, at(-5))).status, 201);
  });
});

describe('a signed message', () => {
  test('is taken once; a retry signs again, under the same id', async () => {
    const partner = await openPartner(platform, { signs: true });
    const text = JSON.stringify(shop.body());
    const id = newId();
    const headers = signed(partner.secret, text, { at: clock(), id });

    assert.equal((await send(partner, text, headers)).status, 201);
    assertRefused(await send(partner, text, headers), 'replayed');
    clock.advance({ seconds: 1 });
    const retry = await send(partner, text, signed(partner.secret, text, { at: clock(), id }));

    assert.equal(retry.status, 409);
    assert.equal(retry.body.error.code, 'DUPLICATE_PURCHASE');
    assert.equal((await rowsOf(platform, messagesOf(partner))).length, 2);
  });

  test('that is sent many times at once is taken once', async () => {
    const partner = await openPartner(platform, { signs: true });
    const text = JSON.stringify(shop.body());
    const headers = signed(partner.secret, text, { at: clock() });

    const answers = await Promise.all(Array.from({ length: 20 }, () => send(partner, text, headers)));

    assert.deepEqual(answers.map(({ status }) => status).sort(), [
      201,
      ...Array.from({ length: 19 }, () => 401),
    ]);
    for (const answer of answers.filter(({ status }) => status === 401)) assertRefused(answer, 'replayed');
  });

  test('that stands twice in one group of messages is taken once', async () => {
    const { id: partnerId } = await openPartner(platform);
    const take = messageTaking({ database: platform.database, repository: partnerRepository() });
    const message = { partnerId, messageId: 'twice', sentAt: clock() };
    const later = { ...message, sentAt: clock().add({ seconds: 1 }) };

    const outcomes = await take([message, later, message]);

    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      [true, true, false],
    );
  });

  test('of one partner is no replay of another’s with the same id', async () => {
    const partners = [
      await openPartner(platform, { signs: true }),
      await openPartner(platform, { signs: true }),
    ];
    const id = newId();
    for (const partner of partners) {
      const text = JSON.stringify(shop.body());
      const headers = signed(partner.secret, text, { at: clock(), id });
      assert.equal((await send(partner, text, headers)).status, 201);
    }
  });

  test('is verified where signing is optional, too, once the partner can sign', async () => {
    const partner = await openPartner(platform);
    const text = JSON.stringify(shop.body());
    const forged = signed(OTHER_SECRET, text, { at: clock() });
    const rotated = await rotate(partner);

    assertRefused(await send(partner, text, forged), 'mismatch');
    assertRefused(await send(partner, text, { 'webhook-id': 'alone' }), 'missing');
    const headers = signed(rotated, text, { at: clock() });
    assert.equal((await send(partner, text, headers)).status, 201);
    assertRefused(await send(partner, text, headers), 'replayed');
    assert.equal((await send(partner, JSON.stringify(shop.body()))).status, 201);
  });

  test('of a partner without a secret is taken for what its key says', async () => {
    const partner = await openPartner(platform);
    const text = JSON.stringify(shop.body());

    const answer = await send(partner, text, signed(OTHER_SECRET, text, { at: clock() }));

    assert.equal(answer.status, 201);
    assert.deepEqual(await rowsOf(platform, messagesOf(partner)), []);
  });
});

describe('a new signing secret', () => {
  test('ends the previous one immediately', async () => {
    const partner = await openPartner(platform, { signs: true });
    const successor = await rotate(partner);

    assertRefused(await sendSigned(partner, partner.secret), 'mismatch');
    assert.equal((await sendSigned(partner, successor)).status, 201);
  });

  test('keeps the previous one valid for the requested overlap', async () => {
    const partner = await openPartner(platform, { signs: true });
    const successor = await rotate(partner, { overlap_seconds: 3600 });

    clock.advance({ seconds: 3599 });
    assert.equal((await sendSigned(partner, partner.secret)).status, 201);
    assert.equal((await sendSigned(partner, successor)).status, 201);
    clock.advance({ seconds: 1 });
    assertRefused(await sendSigned(partner, partner.secret), 'mismatch');
    assert.equal((await sendSigned(partner, successor)).status, 201);
  });

  test('is audited without its value, and decrypts only for its own partner', async () => {
    const [partner, other] = [await openPartner(platform, { signs: true }), await openPartner(platform)];
    await rotate(partner, { overlap_seconds: 60 });

    const [row] = await rowsOf(
      platform,
      `select details from audit_logs
      where resource_id = '${partner.id}' and action = 'partner.signing_secret_rotated'`,
    );
    assert.deepEqual(row?.details, { overlap_seconds: 60 });
    await rowsOf(
      platform,
      `update partners set signing_secret = (select signing_secret from partners where id = '${partner.id}')
      where id = '${other.id}'`,
    );
    assert.equal((await sendSigned(other, partner.secret)).status, 500);
  });
});

describe('the memory of messages', () => {
  test('is purged of what is too old to be accepted again, and of nothing else', async () => {
    const partner = await openPartner(platform, { signs: true });
    const purge = () => platform.runJob('purge-partner-messages');
    await rowsOf(platform, 'delete from partner_messages');
    for (const minutes of [20, 20, 20]) {
      await sendSigned(partner, partner.secret);
      clock.advance({ minutes });
    }
    await sendSigned(partner, partner.secret);
    assert.deepEqual(await purge(), [0]);

    clock.advance({ minutes: 21 });

    assert.deepEqual(await purge(), [2]);
    assert.deepEqual(await purge(), [0]);
    assert.equal((await rowsOf(platform, messagesOf(partner))).length, 2);
  });
});

function send(
  partner: TestPartner,
  text: string | Buffer,
  headers: Record<string, string> = {},
  path = '/purchases',
): Promise<Answer> {
  return api('POST', path, {
    token: partner.token,
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
  });
}

function sendSigned(partner: TestPartner, secret: string): Promise<Answer> {
  const text = JSON.stringify(shop.body());
  return send(partner, text, signed(secret, text, { at: clock() }));
}

async function rotate(partner: TestPartner, body?: object): Promise<string> {
  const answer = await api('POST', `/partners/${partner.id}/signing-secret`, { token: admin.token, body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  assert.equal(answer.headers['cache-control'], 'no-store');
  return answer.body.signing_secret;
}

function assertRefused({ status, body }: Answer, reason: string): void {
  assert.equal(status, 401, JSON.stringify(body));
  assert.equal(body.error.code, 'INVALID_SIGNATURE');
  assert.deepEqual(body.error.details, { reason });
}

function messagesOf({ id }: TestPartner): string {
  return `select * from partner_messages where partner_id = '${id}'`;
}
