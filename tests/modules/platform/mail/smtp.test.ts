import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { kindOf, type SmtpServer, smtpTransport } from '../../../../src/modules/platform/mail/smtp.ts';
import { DeliveryFailure } from '../../../../src/modules/platform/mail/transport.ts';
import { mailServer } from '../../../support/mail-server.ts';

type Server = Awaited<ReturnType<typeof mailServer>>;

const letter = { to: 'alice@example.com', subject: 'Hello', text: 'Hello', html: '<p>Hello</p>' };
const envelope = { id: '018f0000-0000-7000-8000-000000000001', template: 'reset-password', letter };

/** Sends a letter to the server. Returns the failure, or undefined if the letter was taken. */
async function failureOf(
  server: Server,
  options: Partial<SmtpServer> = {},
  timeout_ms = 10_000,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { hostname: host, port } = new URL(server.url);
  const transport = smtpTransport(
    { host, port: Number(port), secure: false, requireTLS: false, ...options },
    { name: 'ClickNBack', address: 'hello@example.com' },
  );
  try {
    await transport.deliver(envelope, AbortSignal.timeout(timeout_ms));
    return undefined;
  } catch (error) {
    if (error instanceof DeliveryFailure) return { kind: error.kind, ...error.facts };
    throw error;
  } finally {
    transport.close();
  }
}

describe('a mail server on another machine', async () => {
  const plain = await mailServer();
  // Its certificate is signed by nobody.
  const encrypting = await mailServer({ disabledCommands: [] });
  after(() => Promise.all([plain.stop(), encrypting.stop()]));

  test('gets nothing without STARTTLS, where that is required', async () => {
    const failure = await failureOf(plain, { requireTLS: true });
    assert.equal(failure?.kind, 'unreachable');
    assert.equal(failure?.code, 'ETLS');
    assert.deepEqual(plain.received, []);
  });

  test('gets nothing with a certificate without a known issuer, where encryption is required', async () => {
    assert.equal((await failureOf(encrypting, { requireTLS: true }))?.kind, 'unreachable');
    assert.deepEqual(encrypting.received, []);
  });

  test('is encrypted to if it can be, where encryption is optional', async () => {
    assert.equal(await failureOf(encrypting), undefined);
    const [mail] = encrypting.received.splice(0);
    assert.ok(mail?.isSecure);
    assert.equal(await failureOf(plain), undefined);
    assert.ok(!plain.received.splice(0)[0]?.isSecure);
  });
});

describe('a mail server with accounts', async () => {
  const server = await mailServer({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'shop' && password === 'p:ss'
        ? done(null, { user: 'shop' })
        : done(new Error('wrong password')),
  });
  after(() => server.stop());

  test('gets user and password', async () => {
    assert.equal(await failureOf(server, { auth: { user: 'shop', pass: 'p:ss' } }), undefined);
    assert.equal(server.received.splice(0).length, 1);
  });

  test('that refuses them refuses no recipient: the mail is tried again', async () => {
    const failure = await failureOf(server, { auth: { user: 'shop', pass: 'wrong' } });
    assert.equal(failure?.kind, 'unreachable');
    assert.equal(failure?.response_code, 535);
    assert.doesNotMatch(JSON.stringify(failure), /wrong"/);
  });
});

describe('a mail server that does not answer', async () => {
  const server = await mailServer({ onMailFrom: () => undefined });
  after(() => server.stop());

  test('is given up after a time', async () => {
    assert.equal((await failureOf(server, {}, 200))?.kind, 'unreachable');
  });
});

describe('an answer of a mail server', () => {
  const CASES = [
    ['refused', { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 }],
    ['refused', { code: 'EMESSAGE', command: 'DATA', responseCode: 554 }],
    ['refused', { code: 'EENVELOPE', command: 'API' }],
    ['deferred', { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 451 }],
    ['deferred', { code: 'EMESSAGE', command: 'DATA', responseCode: 452 }],
    ['deferred', { code: 'EENVELOPE', command: 'DATA', responseCode: 503 }],
    ['unreachable', { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 550 }],
    ['unreachable', { code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535 }],
    ['unreachable', { code: 'EPROTOCOL', command: 'EHLO', responseCode: 554 }],
    ['unreachable', { code: 'ECONNECTION', command: 'CONN' }],
    ['unreachable', {}],
  ] as const;
  for (const [kind, error] of CASES) {
    test(`is ${kind}: ${Object.values(error).join(' ') || 'anything else'}`, () => {
      assert.equal(kindOf(error), kind);
    });
  }
});
