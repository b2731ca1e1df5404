import { openDatabase } from '../../src/core/database/index.ts';
import {
  type Api,
  type ContractPlatform,
  catalogue,
  PASSWORD,
  type Person,
  staff,
} from '../../tests/support/platform.ts';
import { type Client, openClient } from './client.ts';
import { openClock, type ShiftedClock } from './clock.ts';
import { type PlatformProcess, startPlatform } from './platform.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import { newSecrets } from './programme.ts';

/** A separate process with the interface of the platform in the contract tests, so that it accepts their requests. */
export type ContractProcess = ContractPlatform & {
  readonly client: Client;
  readonly postgres: Postgres;
  readonly process: PlatformProcess;
  /** One client per process on this database. `api` is the first. */
  readonly apis: readonly Api[];
  readonly clock: ShiftedClock;
  readonly stop: () => Promise<void>;
};

const CONNECTIONS = 32;

/** The time of the clock in the tests, from which the samples have their dates. */
const SAMPLES_ARE_FROM = Temporal.Instant.from('2026-03-14T09:26:53Z');

export async function startContractProcess(
  directory: string,
  environment: Readonly<Record<string, string>> = {},
  { processes: count = 1 } = {},
): Promise<ContractProcess> {
  const postgres = await startPostgres(directory);
  const secrets = newSecrets();
  const clock = openClock(directory, SAMPLES_ARE_FROM);
  const options = {
    databaseUrl: postgres.servingUrl,
    secrets,
    directory,
    preload: clock.options.preload,
    environment: {
      ...clock.options.environment,
      BCRYPT_COST: '4',
      ACCESS_TOKEN_TTL_SECONDS: '86400',
      // One purchase of the samples is held for review by this rule.
      VELOCITY_TIMES_USER_USUAL: '10',
      // And an adjustment awaits approval.
      FOUR_EYES_ABOVE: '1000.00',
      // Mails stay in the outbox, because no server is there.
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'ClickNBack <no-reply@example.com>',
      PAYOUT_EMAIL_PROOF: 'optional',
      ...environment,
    },
  };
  const processes = await Promise.all(Array.from({ length: count }, () => startPlatform(options)));
  const [process] = processes;
  if (process === undefined) throw new RangeError('there is nothing to start');
  await Promise.all(processes.map(({ ready }) => ready()));
  const client = openClient({ connections: CONNECTIONS });
  const database = openDatabase({ url: postgres.url, maxConnections: 2, onLostConnection: () => undefined });
  const apis = processes.map(
    ({ url }): Api =>
      (method, path, request = {}) => {
        const { token, ...rest } = request;
        return client.send(url, { method, path, ...rest, ...(token !== undefined && { token }) });
      },
  );
  const api: Api = (...request) => (apis[0] as Api)(...request);
  const admin = await register('admin@example.com');
  await postgres.query("update users set role = 'admin', staff_roles = '{administrator}' where id = $1", [
    admin.id,
  ]);
  Object.assign(admin, await login(admin.email));
  let people = 0;

  async function register(email: string): Promise<Person> {
    await api('POST', '/users', { body: { email, password: PASSWORD } });
    return login(email);
  }

  async function login(email: string): Promise<Person> {
    const { body } = await api('POST', '/auth/login', { body: { email, password: PASSWORD } });
    const me = await api('GET', '/users/me', { token: body.access_token });
    return { id: me.body.id, email, token: body.access_token, refreshToken: body.refresh_token };
  }

  function registerUser(email?: string): Promise<Person> {
    people += 1;
    return register(email ?? `user-${people}@example.com`);
  }

  return {
    api,
    now: clock.now,
    admin,
    database,
    config: { supportedCurrencies: ['EUR'] },
    registerUser,
    ...staff(api, admin, registerUser),
    ...catalogue(api, admin),
    client,
    postgres,
    process,
    apis,
    clock,
    async stop() {
      client.close();
      await Promise.all(processes.map(({ terminate }) => terminate()));
      await database.close();
      await postgres.stop();
    },
  };
}
