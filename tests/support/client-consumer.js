/* A program of an integrator: tests/client/packed.test.ts runs it in a project that has nothing but the packed client. */
import { ApiError, ConnectionError, createClient, hasCode } from '@clicknback/client';
import { verifyWebhook } from '@clicknback/client/webhooks';

const { url, brokenUrl, login, tokens, apiKey, signingSecret, merchantId, shopperId, webhook } = JSON.parse(
  process.env.SCENARIO,
);
const retry = { attempts: 3, firstDelayMs: 1 };
const kept = [];
const print = (name, value) => process.stdout.write(`${JSON.stringify({ [name]: value })}\n`);

// The access token has expired, and the answer to the exchange gets lost.
const shopper = createClient({
  url: brokenUrl,
  retry,
  credentials: { tokens },
  onTokens: (pair) => kept.push(pair),
});
const own = await Promise.all([shopper.get('/users/me'), shopper.get('/users/me/wallet')]);
print('expired session', { id: own[0].id, pairs: kept.length });

// A partner reports and settles through the broken connection. Each attempt has a signature of its own.
const partner = createClient({ url: brokenUrl, retry, credentials: { apiKey, signingSecret }, gzip: true });
const reports = Array.from({ length: 30 }, (_, index) => ({
  external_id: `order-${index}`,
  user_id: shopperId,
  merchant_id: merchantId,
  amount: '49.90',
  currency: 'EUR',
}));
const reported = await partner.post('/purchases/batch', { body: reports });
print('batch', {
  duplicates: reported.results.filter(({ error }) => hasCode(error, 'DUPLICATE_PURCHASE')).length,
});
const settled = await partner.post('/purchases/settlements', {
  body: reports.map(({ external_id }) => ({ external_id, action: 'confirm' })),
});
print('settlements', { count: settled.results.length });
const single = { ...reports[0], external_id: 'order-30', amount: '39.90' };
const refused = await partner.post('/purchases', { body: single }).catch((error) => error);
print('single', { code: refused.code, attempts: refused.attempts, isApiError: refused instanceof ApiError });

// The first answer of the payout gets lost. The second has the same key, and pays once.
const payout = {
  amount: '20.00',
  method: 'bank_transfer',
  details: { iban: 'DE89370400440532013000', account_holder: 'Ann' },
};
print('payout', (await shopper.post('/users/me/payouts', { body: payout })).status);
const tooMuch = await shopper
  .post('/users/me/payouts', { body: { ...payout, amount: '900.00' } })
  .catch((error) => error);
print('too much', {
  code: tooMuch.code,
  available: tooMuch.details.available_balance,
  hasRequestId: typeof tooMuch.requestId === 'string',
});

// Pages by cursor and by offset.
const query = { limit: 7 };
let purchases = 0;
for await (const _ of shopper.list('/users/me/purchases', { params: { query } })) purchases += 1;
let movements = 0;
for await (const _ of shopper.list('/users/me/wallet/transactions', { params: { query } })) movements += 1;
print('pages', { purchases, movements: movements > 30 });

// With a password, and past a server that is not there.
const other = createClient({ url, credentials: login });
print('login', (await other.get('/users/me')).email === login.email);
await other.logOut();
const absent = createClient({ url: 'http://127.0.0.1:1', retry });
const unreachable = await absent.get('/offers/active').catch((error) => error);
print('absent', {
  attempts: unreachable.attempts,
  isConnectionError: unreachable instanceof ConnectionError,
});

print('webhook', (await verifyWebhook(webhook, ['whsec_b2xk', signingSecret])).type);
const forged = { ...webhook, body: webhook.body.replace('confirmed', 'reversed') };
print('forged', await verifyWebhook(forged, signingSecret).catch((error) => error.reason));
