import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { signatureHeaders, verifyWebhook } from '../../packages/client/src/index.ts';
import { newSigningSecret, verifySignature } from '../../src/core/secrets/signatures.ts';

const NOW = Date.parse('2026-03-14T12:00:00Z');
const now = () => NOW;
const secret = newSigningSecret();
const body = '{"type":"purchase.confirmed","data":{"name":"Café"}}';
const headers = await signatureHeaders(secret, new TextEncoder().encode(body), now);

describe('a webhook', () => {
  test('is verified from an object or Headers, from text or bytes, and returned as its event', async () => {
    for (const given of [
      { headers, body },
      { headers: new Headers(headers), body: Buffer.from(body) },
      {
        headers: { 'Webhook-Id': headers['webhook-id'], ...headers },
        body: new TextEncoder().encode(body).buffer,
      },
    ])
      assert.deepEqual(await verifyWebhook(given, secret, { now }), JSON.parse(body));
  });

  test('is refused if anything of it was changed', async () => {
    const forged = [
      { headers, body: body.replace('confirmed', 'reversed') },
      { headers: { ...headers, 'webhook-id': 'another' }, body },
      { headers: { ...headers, 'webhook-timestamp': String(NOW / 1_000 - 1) }, body },
      { headers: { ...headers, 'webhook-signature': 'v1,AAAA' }, body },
    ];
    for (const message of forged)
      await assert.rejects(verifyWebhook(message, secret, { now }), { reason: 'mismatch' });
    await assert.rejects(verifyWebhook({ headers, body }, newSigningSecret(), { now }), {
      reason: 'mismatch',
    });
  });

  test('is refused if it is old, from the future, incomplete or not of this version', async () => {
    const at = (minutes: number) => ({ now: () => NOW + minutes * 60_000 });
    assert.ok(await verifyWebhook({ headers, body }, secret, at(5)));
    assert.ok(await verifyWebhook({ headers, body }, secret, { ...at(10), toleranceSeconds: 600 }));
    await assert.rejects(verifyWebhook({ headers, body }, secret, at(5.1)), { reason: 'too_old' });
    await assert.rejects(verifyWebhook({ headers, body }, secret, at(-5.1)), { reason: 'too_new' });
    await assert.rejects(verifyWebhook({ headers: {}, body }, secret), { reason: 'missing' });
    for (const part of [{ 'webhook-signature': 'v2,AAAA' }, { 'webhook-timestamp': '1e9' }])
      await assert.rejects(verifyWebhook({ headers: { ...headers, ...part }, body }, secret, { now }), {
        reason: 'malformed',
      });
  });

  test('may have several signatures, of which any secret made any', async () => {
    const [signature] = [headers['webhook-signature']];
    const both = { ...headers, 'webhook-signature': `v2,x v1,not-base64! v1,${btoa('other')} ${signature}` };
    assert.ok(await verifyWebhook({ headers: both, body }, [newSigningSecret(), secret], { now }));
  });
});

describe('a signed request', () => {
  test('is what the platform expects of a partner', () => {
    const instant = Temporal.Instant.fromEpochMilliseconds(NOW);
    const message = {
      id: headers['webhook-id'],
      timestamp: headers['webhook-timestamp'],
      signature: headers['webhook-signature'],
      body: Buffer.from(body),
    };
    assert.equal(verifySignature(message, [secret], instant).id, headers['webhook-id']);
    assert.throws(() => verifySignature({ ...message, body: Buffer.from('{}') }, [secret], instant), {
      code: 'INVALID_SIGNATURE',
    });
  });
});
