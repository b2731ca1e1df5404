/*
 * A partner's nightly script: it settles the orders of a CSV file and lists what is still open. Node 20 or newer, nothing to
 * install. It is safe to repeat: a settled purchase stays settled, and an amendment of the same version counts once.
 *
 *   API_URL=http://localhost:8000/api/v1 PARTNER_KEY=cnb_… node settle-yesterday.mjs orders.csv
 *
 * The file has the columns order,outcome,amount. Outcomes are `delivered`, `returned`, `cancelled`, and `reduced` with the
 * amount that is left. SIGNING_SECRET=whsec_… signs the requests of a partner that must sign.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const { API_URL, PARTNER_KEY, SIGNING_SECRET } = process.env;
const [file] = process.argv.slice(2);
if (!API_URL || !PARTNER_KEY || !file) throw new Error('Set API_URL and PARTNER_KEY, and name a CSV file.');

const ITEMS_PER_REQUEST = 100;
const ATTEMPTS = 6;
/** What a repeat is answered with if the first request did its work. */
const DONE_BEFORE = { confirm: 'confirmed', reverse: 'reversed' };

const settlements = readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1).flatMap(settlementsOf);
const counts = { settled: 0, 'settled before': 0, refused: 0 };
for (let start = 0; start < settlements.length; start += ITEMS_PER_REQUEST) {
  const batch = settlements.slice(start, start + ITEMS_PER_REQUEST);
  const { results } = await call('POST', '/purchases/settlements', batch);
  for (const [index, result] of results.entries()) {
    const outcome = outcomeOf(batch[index], result);
    counts[outcome] += 1;
    if (outcome === 'refused')
      console.error(`${batch[index].external_id}: ${result.error.code}: ${result.error.message}`);
  }
}
console.log(
  `${counts.settled} settled, ${counts['settled before']} settled before, ${counts.refused} refused`,
);

const yesterday = new Date(Date.now() - 24 * 3_600_000).toISOString().slice(0, 10);
const { data, pagination } = await call('GET', `/purchases?status=pending&end_date=${yesterday}&limit=10`);
console.log(`${pagination.total} purchases up to ${yesterday} are still pending`);
for (const { external_id, amount, currency } of data) console.log(`  ${external_id} ${amount} ${currency}`);
process.exitCode = counts.refused === 0 ? 0 : 1;

function settlementsOf(line) {
  const [external_id, outcome, amount] = line.split(',').map((cell) => cell.trim());
  switch (outcome) {
    case 'delivered':
      return [{ external_id, action: 'confirm' }];
    case 'returned':
    case 'cancelled':
      return [{ external_id, action: 'reverse', reason: outcome }];
    case 'reduced':
      return [
        { external_id, action: 'amend', amount, reason: 'partly returned', version: `left ${amount}` },
        { external_id, action: 'confirm' },
      ];
    default:
      throw new Error(`${external_id}: "${outcome}" is not an outcome`);
  }
}

/** A purchase that is settled already in the same way is no failure. */
function outcomeOf({ action }, { status, error }) {
  if (status === 200) return 'settled';
  return error.details.status === DONE_BEFORE[action] ? 'settled before' : 'refused';
}

/** Repeats a request that got no answer, 429 or 503. Each attempt is signed again. */
async function call(method, path, content) {
  const body = content === undefined ? undefined : JSON.stringify(content);
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(API_URL + path, {
      method,
      body,
      headers: {
        authorization: `Bearer ${PARTNER_KEY}`,
        ...(body !== undefined && { 'content-type': 'application/json', ...signatureOf(body) }),
      },
      signal: AbortSignal.timeout(15_000),
    }).catch((error) => error);
    const mayRepeat = response instanceof Error || response.status === 429 || response.status === 503;
    if (!mayRepeat) {
      const answer = await response.json();
      if (response.ok) return answer;
      throw new Error(`${method} ${path}: ${answer.error.code}: ${answer.error.message}`);
    }
    if (attempt === ATTEMPTS)
      throw new Error(`${method} ${path} failed ${ATTEMPTS} times`, { cause: response });
    const asked = response instanceof Error ? 0 : Number(response.headers.get('retry-after') ?? 0);
    await wait(1_000 * Math.max(asked, 2 ** attempt * (0.5 + Math.random() / 2)));
  }
}

/** Standard Webhooks: HMAC-SHA256 over the id, the time and the body. */
function signatureOf(body) {
  if (!SIGNING_SECRET) return {};
  const id = randomUUID();
  const timestamp = Math.floor(Date.now() / 1_000);
  const key = Buffer.from(SIGNING_SECRET.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}
