import { after } from 'node:test';
import { pino } from 'pino';
import { createPlatform, type Platform } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import type { Logger } from '../../src/core/observability/logging.ts';
import { type TestClock, testClock } from './clock.ts';
import { createTestDatabase } from './database.ts';
import { untilFeedIsComplete } from './feed.ts';
import { type Answer, type Api, inject } from './inject.ts';

export { type Answer, type Api, assertRefused } from './inject.ts';

export type Person = {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly refreshToken: string;
};

export const PASSWORD = 'Str0ng!Pass';

/** What the requests of the contract need: a platform in this process, or in one of its own. */
export type ContractPlatform = Pick<
  Awaited<ReturnType<typeof startTestPlatform>>,
  | 'api'
  | 'now'
  | 'admin'
  | 'database'
  | 'registerUser'
  | 'registerStaff'
  | 'setStaffRoles'
  | 'createMerchant'
  | 'createOffer'
> & { readonly config: Pick<Config, 'supportedCurrencies'> };

/**
 * The whole platform on a database of its own, without a port: requests are injected.
 * Called at the top of a test file, which is what it lasts for.
 */
export async function startTestPlatform(
  options: {
    readonly clock?: TestClock;
    readonly environment?: Readonly<Record<string, string>>;
    readonly maxConnections?: number;
    readonly logger?: Logger;
    /** The folder of built web apps. */
    readonly webDirectory?: string;
  } = {},
) {
  const clock = options.clock ?? testClock();
  const database = await createTestDatabase({ maxConnections: options.maxConnections ?? 10 });
  const config = readConfig({
    NODE_ENV: 'test',
    PORT: '8000',
    // On the port of the API, where a request can be injected.
    METRICS_PORT: '8000',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
    BCRYPT_COST: '4',
    LOGIN_FAILURES: '1000000',
    REGISTRATIONS_PER_MINUTE: '1000000',
    PURCHASES_PER_MINUTE_PER_USER: '1000000',
    // A test's shopper buys more on one day than anybody does. Set to nothing, it is the default.
    VELOCITY_PURCHASES_PER_USER_DAY: '0',
    ...options.environment,
  });
  const platform = await createPlatform({
    config,
    database,
    clock,
    logger: options.logger ?? pino({ level: config.logLevel }),
    ...(options.webDirectory !== undefined && { webDirectory: options.webDirectory }),
  });
  after(() => platform.close());
  const admin = await registerAdmin(platform);
  const people = counter();

  const api: Api = (method, path, request = {}) => inject(platform.server, method, path, request);

  async function registerUser(email = `user-${people()}@example.com`): Promise<Person> {
    await platform.modules.users.service.register({ email, password: PASSWORD }, null);
    return login(platform, email);
  }

  /** Moves the clock, and logs the admin in anew where the token does not last. */
  async function passTime(duration: Temporal.DurationLike): Promise<void> {
    clock.advance(duration);
    Object.assign(admin, await login(platform, admin.email));
  }

  /** A whole run of a recurring job, and how many items its batches were. */
  async function runJob(name: string): Promise<readonly number[]> {
    const job = platform.jobs.find((candidate) => candidate.name === name);
    if (job === undefined) throw new Error(`there is no job ${name}`);
    return Array.fromAsync(job.run(new AbortController().signal));
  }

  /** Runs a loop until it finds nothing more. Returns the number of items of its runs. */
  async function runLoop(name: string): Promise<number> {
    const loop = platform.loops.find((candidate) => candidate.name === name);
    if (loop === undefined) throw new Error(`there is no loop ${name}`);
    const { signal } = new AbortController();
    let items = 0;
    for (let found = -1; found !== 0; items += found) found = await loop.run(signal);
    return items;
  }

  /** Lets a consumer of the feed take all events so far. */
  async function consumeEvents(name: string): Promise<number> {
    await untilFeedIsComplete(database.url);
    return runLoop(`consume-events:${name}`);
  }

  return {
    platform,
    database,
    clock,
    now: () => clock(),
    config,
    admin,
    api,
    registerUser,
    ...staff(api, admin, registerUser),
    ...catalogue(api, admin),
    passTime,
    runJob,
    runLoop,
    untilFeedIsComplete: () => untilFeedIsComplete(database.url),
    consumeEvents,
  };
}

/** Colleagues of an administrator. */
export function staff(api: Api, admin: Pick<Person, 'token'>, registerUser: () => Promise<Person>) {
  async function setStaffRoles(id: string, roles: readonly string[]): Promise<void> {
    const body = { staff_roles: roles };
    const answer = await api('PUT', `/users/${id}/staff-roles`, { token: admin.token, body });
    if (answer.status !== 200) throw new Error(`not a member of staff: ${JSON.stringify(answer.body)}`);
  }

  async function registerStaff(...roles: readonly string[]): Promise<Person> {
    const person = await registerUser();
    await setStaffRoles(person.id, roles);
    return person;
  }

  return { setStaffRoles, registerStaff };
}

/** Merchants and offers as an administrator makes them. */
export function catalogue(api: Api, admin: Pick<Person, 'token'>) {
  const names = counter();

  async function createMerchant(fields: Record<string, unknown> = {}): Promise<string> {
    const body = { name: `Merchant ${names()}`, default_cashback_percentage: 5, ...fields };
    return created(await api('POST', '/merchants', { token: admin.token, body })).id;
  }

  /** Five percent through 2025 and 2026, unless said otherwise. */
  async function createOffer(merchantId: string, fields: Record<string, unknown> = {}): Promise<string> {
    const body = {
      merchant_id: merchantId,
      cashback_type: 'percent',
      cashback_value: 5,
      start_date: '2025-01-01',
      end_date: '2026-12-31',
      ...fields,
    };
    return created(await api('POST', '/offers', { token: admin.token, body })).id;
  }

  return { createMerchant, createOffer };
}

async function registerAdmin(platform: Platform): Promise<Person> {
  const email = 'admin@example.com';
  await platform.modules.users.service.createAdmin({ email, password: PASSWORD });
  return login(platform, email);
}

async function login(platform: Platform, email: string): Promise<Person> {
  const tokens = await inject(platform.server, 'POST', '/auth/login', {
    body: { email, password: PASSWORD },
  });
  const token = tokens.body.access_token;
  const me = await inject(platform.server, 'GET', '/users/me', { token });
  return { id: me.body.id, email, token, refreshToken: tokens.body.refresh_token };
}

function created(answer: Answer): { id: string } {
  if (answer.status !== 201)
    throw new Error(`expected 201, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

function counter(): () => number {
  let count = 0;
  return () => {
    count += 1;
    return count;
  };
}
