import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { loadDemoData } from '../../demo/data.ts';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import { freePort } from '../../src/core/free-port.ts';
import { newSigningSecret } from '../../src/core/secrets/signatures.ts';
import { startBreakingProxy } from '../support/breaking-proxy.ts';
import { testClock } from '../support/clock.ts';
import { SCRATCH_VARIABLE } from '../support/database.ts';
import { openPartner, signed } from '../support/partners.ts';
import { PASSWORD, startTestPlatform } from '../support/platform.ts';
import { until } from '../support/until.ts';

/*
 * The package as integrators get it: packed, installed into an empty project without a network, and run by the Node of
 * the project and by an older one.
 */

const run = promisify(execFile);
const clock = testClock(Temporal.Now.instant().subtract({ minutes: 20 }).toString());
const testPlatform = await startTestPlatform({ clock });
const { platform, database } = testPlatform;
const folder = join(process.env[SCRATCH_VARIABLE] ?? '', `client-${process.pid}`);
const project = join(folder, 'project');
let url = '';

const shoppers = await Promise.all([1, 2, 3].map(() => testPlatform.registerUser()));
// Their access tokens expire. From here on the clock is that of the programs which sign.
await testPlatform.passTime({ minutes: 20 });
await loadDemoData(platform, clock, 'EUR');

/** The Node of the machine, if it is of the oldest line that the package supports. */
const node20 = await findNode20();
const nodeOfUsers = node20 ?? process.execPath;
const nodes = [
  { name: 'the Node of the project', path: process.execPath, skip: false },
  { name: 'Node 20', path: node20 ?? '', skip: node20 === undefined && 'this machine has no Node 20' },
];

before(async () => {
  url = await platform.server.listen({ port: 0, host: '127.0.0.1' });
  mkdirSync(project, { recursive: true });
  const pack = (...args: string[]) => npm(PROJECT_DIRECTORY, 'pack', '--pack-destination', folder, ...args);
  // What `npm ci` has brought stands in for the registry.
  const packages = ['openapi-fetch', 'openapi-typescript-helpers'];
  const paths = packages.map((name) => `./node_modules/${name}`);
  await Promise.all([pack('--workspace', '@clicknback/client'), pack('--ignore-scripts', ...paths)]);
  const archiveOf = (name: string, path: string) => {
    const { version } = JSON.parse(readFileSync(join(PROJECT_DIRECTORY, path, 'package.json'), 'utf8'));
    return `file:../${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
  };
  const manifest = {
    private: true,
    type: 'module',
    dependencies: { '@clicknback/client': archiveOf('@clicknback/client', 'packages/client') },
    overrides: Object.fromEntries(packages.map((name) => [name, archiveOf(name, `node_modules/${name}`)])),
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  await npm(project, 'install', '--offline', '--ignore-scripts');
});

async function npm(cwd: string, ...args: readonly string[]): Promise<void> {
  await run('npm', [...args, '--silent'], { cwd });
}

describe('the packed client', () => {
  test('has what its package.json names, its license and its README', () => {
    const installed = join(project, 'node_modules/@clicknback/client');
    const { exports, types } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    for (const file of [...Object.values<string>(exports), types, 'LICENSE', 'README.md'])
      assert.ok(existsSync(join(installed, file)), file);
  });

  for (const { name, path, skip } of nodes) {
    test(`does the work of an integrator on ${name}`, { skip }, async () => {
      const scenario = await prepareScenario();
      copyFileSync(join(PROJECT_DIRECTORY, 'tests/support/client-consumer.js'), join(project, 'consumer.js'));
      const environment = { SCENARIO: JSON.stringify(scenario) };
      const { stdout } = await run(path, ['consumer.js'], { cwd: project, env: environment });
      const printed = Object.assign(
        {},
        ...stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      );

      assert.deepEqual(printed, {
        'expired session': { id: scenario.shopperId, pairs: 1 },
        batch: { duplicates: 30 },
        settlements: { count: 30 },
        single: { code: 'DUPLICATE_PURCHASE', attempts: 2, isApiError: true },
        payout: 'requested',
        'too much': { code: 'INSUFFICIENT_BALANCE', available: '55.00', hasRequestId: true },
        pages: { purchases: 31, movements: true },
        login: true,
        absent: { attempts: 3, isConnectionError: true },
        webhook: 'purchase.confirmed',
        forged: 'mismatch',
      });
      const payouts = database.db.selectFrom('payouts').selectAll().where('user_id', '=', scenario.shopperId);
      assert.equal((await payouts.execute()).length, 1);
    });
  }

  test('is typed alike for TypeScript 5 and 7', async () => {
    writeFileSync(join(project, 'sample.ts'), SAMPLE);
    const compilerOptions = { noEmit: true, strict: true, module: 'nodenext', target: 'es2022', types: [] };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['sample.ts'] }));
    for (const compiler of ['packages/client/node_modules/typescript', 'node_modules/typescript']) {
      const tsc = join(PROJECT_DIRECTORY, compiler, 'bin/tsc');
      const { stdout } = await run(process.execPath, [tsc], { cwd: project }).catch((error) => error);
      assert.equal(stdout, '', compiler);
    }
  });
});

describe('the snippets of its README', () => {
  const [call = '', list = '', errors = '', partners = '', webhooks = ''] =
    snippetsOf('packages/client/README.md');

  test('call, list and handle errors', async () => {
    assert.match(await runSnippet(call), /^\d+\.\d\d EUR\n.*merchant_id/s);
    assert.match(await runSnippet(list), /^([\da-f-]{36} \d+\.\d\d\n)+$/);
    assert.match(await runSnippet(errors), /^You have \d+\.\d\d EUR\.\n$/);
  });

  test('report for a partner that signs', async () => {
    const { apiKey, signingSecret, merchantId, shopperId } = await prepareScenario();
    const environment = {
      CLICKNBACK_KEY: apiKey,
      CLICKNBACK_SIGNING_SECRET: signingSecret,
      MERCHANT_ID: merchantId,
      SHOPPER_ID: shopperId,
    };
    assert.equal(await runSnippet(partners, environment), 'order-1 earns 2.50\n');
    assert.equal(await runSnippet(partners, environment), 'order-1 is known\n');
  });

  test('receive webhooks', async () => {
    const secret = newSigningSecret();
    const port = String(await freePort('localhost'));
    writeFileSync(join(project, 'receiver.mjs'), webhooks);
    const environment = { PORT: port, WEBHOOK_SECRETS: `${newSigningSecret()} ${secret}` };
    const receiver = spawn(nodeOfUsers, ['receiver.mjs'], {
      cwd: project,
      env: environment,
      stdio: 'ignore',
    });
    after(() => receiver.kill('SIGKILL'));
    const body = JSON.stringify({ id: 'event-1', type: 'purchase.confirmed' });
    const post = (headers: Record<string, string>) =>
      fetch(`http://localhost:${port}`, { method: 'POST', headers, body });
    await until(() => post({}).catch(() => undefined));

    assert.equal((await post(signed(secret, body, { at: Temporal.Now.instant() }))).status, 204);
    assert.equal((await post({})).status, 400);
  });
});

/** Uses of the types, and mistakes that they find. */
const SAMPLE = `
import { ApiError, createClient, hasCode, type Purchase, type Tokens, verifyWebhook } from '@clicknback/client';
import { WebhookError } from '@clicknback/client/webhooks';

declare const tokens: Tokens;
const client = createClient({ url: 'https://cashback.example', credentials: { tokens } });

export async function use(): Promise<string | undefined> {
  const wallet = await client.get('/users/me/wallet');
  const nothing: undefined = await client.delete('/partners/{id}/keys/{key_id}', {
    params: { path: { id: 'a', key_id: 'b' } },
  });
  for await (const purchase of client.list('/purchases', { params: { query: { limit: 10 } } })) {
    const known: Purchase = purchase;
    void known.amount;
  }
  const { results } = await client.post('/purchases/settlements', {
    body: [{ external_id: 'order-1', action: 'confirm' }],
  });
  const [item] = results;
  if (hasCode(item?.error, 'PURCHASE_NOT_PENDING')) return item.error.details.status;
  const event = await verifyWebhook({ headers: {}, body: '' }, 'whsec_', { toleranceSeconds: 1 });
  if (event.type === 'purchase.confirmed') return event.data.cashback_amount;

  // @ts-expect-error there is no such path
  await client.get('/wallets');
  // @ts-expect-error this path is no list
  client.list('/users/me');
  // @ts-expect-error the id is missing
  await client.get('/purchases/{id}');
  // @ts-expect-error an action is misspelt
  await client.post('/purchases/settlements', { body: [{ external_id: 'order-1', action: 'confirmed' }] });
  // @ts-expect-error a wallet has no such balance
  return wallet.balance ?? nothing;
}

export function explain(error: unknown): string {
  if (error instanceof WebhookError) return error.reason;
  if (!(error instanceof ApiError)) throw error;
  if (error.code === 'INSUFFICIENT_BALANCE') return error.details.available_balance;
  // @ts-expect-error other errors have other details
  return error.details.available_balance;
}
`;

/** Prints what a snippet prints that talks to the platform of this test. */
async function runSnippet(snippet: string, environment: Record<string, string> = {}): Promise<string> {
  writeFileSync(join(project, 'snippet.mjs'), snippet.replace('http://localhost:8000', url));
  const { stdout } = await run(nodeOfUsers, ['snippet.mjs'], { cwd: project, env: environment });
  return stdout;
}

function snippetsOf(page: string): string[] {
  const text = readFileSync(join(PROJECT_DIRECTORY, page), 'utf8');
  return [...text.matchAll(/```js\n([\s\S]*?)```/g)].map(([, snippet = '']) => snippet);
}

async function findNode20(): Promise<string | undefined> {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(directory, 'node');
    if (!existsSync(path)) continue;
    const { stdout } = await run(path, ['--version']);
    if (stdout.startsWith('v20.')) return path;
  }
  return undefined;
}

/** A shopper whose access token has expired, a partner that must sign, and a way to the platform that breaks. */
async function prepareScenario() {
  const shopper = shoppers.pop();
  assert.ok(shopper);
  const merchantId = await testPlatform.createMerchant();
  await testPlatform.createOffer(merchantId);
  const partner = await openPartner(testPlatform, { signs: true });
  const body = JSON.stringify({ type: 'purchase.confirmed' });
  const { url: brokenUrl } = await startBreakingProxy(url);
  return {
    url,
    brokenUrl,
    merchantId,
    login: { email: shopper.email, password: PASSWORD },
    tokens: { access_token: shopper.token, refresh_token: shopper.refreshToken, token_type: 'bearer' },
    apiKey: partner.token,
    signingSecret: partner.secret,
    shopperId: shopper.id,
    webhook: { headers: signed(partner.secret, body, { at: Temporal.Now.instant() }), body },
  };
}
