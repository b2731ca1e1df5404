import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { parseDatabaseUrl } from './core/database/url.ts';
import { isCurrency, moneyFromNumeric } from './core/money.ts';
import { ENCRYPTION_KEY_BYTES, type EncryptionKey } from './core/secrets/encryption.ts';
import { isWeakSecret } from './core/secrets/weak-secrets.ts';
import { StartupError } from './core/startup-error.ts';

/** Every setting of the platform: this file alone reads the environment. The README's table is checked against it. */
export type Config = ReturnType<typeof readConfig>;

export const PROJECT_DIRECTORY = join(import.meta.dirname, '..');

const MINIMUM_SECRET_LENGTH = 32;

/** @throws StartupError that names the variable and what it must be. */
export function readConfig(environment: NodeJS.ProcessEnv) {
  const variable = reader(environment);
  const mode = variable.oneOf('NODE_ENV', ['development', 'production', 'test'], 'development');
  const host = variable.text('HOST', 'localhost');
  const port = variable.integer('PORT', 8000, 0, 65_535);
  const supportedCurrencies = readCurrencies(variable.text('SUPPORTED_CURRENCIES', 'EUR'));
  // npm runs programs in the project's directory, and says from where it was called.
  const workingDirectory = environment.INIT_CWD ?? process.cwd();
  const path = (value: string | undefined) => value && resolve(workingDirectory, value);
  const databaseUrl = readDatabaseUrl(variable.optional('DATABASE_URL'), workingDirectory);

  return Object.freeze({
    mode,
    host,
    port,
    publicUrl: variable.text('PUBLIC_URL', urlOf(host, port)),
    apiDocs: variable.flag('API_DOCS', true),
    runJobs: variable.flag('RUN_JOBS', true),
    workerPort: variable.integer('WORKER_PORT', 8001, 0, 65_535),
    metrics: readMetrics(variable),
    maxConnections: variable.integer('MAX_CONNECTIONS', 10_000, 10, 1_000_000),
    trustProxy: variable.flag('TRUST_PROXY', false),
    logLevel: variable.oneOf(
      'LOG_LEVEL',
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'info',
    ),

    /** Relative paths of arguments count from here. */
    workingDirectory,
    databaseUrl,
    dataDirectory: path(variable.optional('DATA_DIR')),
    /** Of one round trip. At most 12 seconds: a request is answered within 14. */
    databaseTimeout_ms: variable.integer('DATABASE_TIMEOUT_SECONDS', 10, 1, 12) * 1000,
    databaseConnections: variable.integer('DATABASE_CONNECTIONS', 10, 2, 1_000),
    // Its passwords are published: it goes to another database than the embedded one only on request.
    demoData: variable.flag('DEMO_DATA', databaseUrl === undefined) && mode === 'development',

    tokens: {
      keys: readTokenKeys(variable.optional('JWT_KEYS'), mode),
      accessTtlSeconds: variable.integer('ACCESS_TOKEN_TTL_SECONDS', 15 * 60, 1, 24 * 3600),
      refreshTtlSeconds: variable.integer('REFRESH_TOKEN_TTL_SECONDS', 30 * 24 * 3600, 60, 365 * 24 * 3600),
      resetTtlSeconds: variable.integer('PASSWORD_RESET_TTL_SECONDS', 3 * 24 * 3600, 60, 30 * 24 * 3600),
    },
    encryptionKeys: readEncryptionKeys(variable.optional('ENCRYPTION_KEYS'), mode),
    adminPasswordFile: path(variable.optional('ADMIN_PASSWORD_FILE')),
    bcryptCost: variable.integer('BCRYPT_COST', 12, 4, 16),
    loginsPerMinute: variable.integer('LOGINS_PER_MINUTE', 10, 1, 1_000_000),
    registrationsPerMinute: variable.integer('REGISTRATIONS_PER_MINUTE', 20, 1, 1_000_000),
    purchasesPerMinutePerUser: variable.integer('PURCHASES_PER_MINUTE_PER_USER', 600, 1, 1_000_000_000),
    // The least is one batch of the largest size, as a batch passes as a whole or not at all.
    purchasesPerMinutePerPartner: variable.integer(
      'PURCHASES_PER_MINUTE_PER_PARTNER',
      1_000_000,
      1_000,
      1_000_000_000,
    ),
    redisUrl: readRedisUrl(variable.optional('REDIS_URL')),

    supportedCurrencies,
    maxCashbackPercentage: variable.integer('MAX_CASHBACK_PERCENTAGE', 20, 1, 100),
    defaultConfirmationDays: variable.integer('DEFAULT_CONFIRMATION_DAYS', 30, 0, 365),
    velocity: {
      purchasesPerUserDay: variable.integer('VELOCITY_PURCHASES_PER_USER_DAY', 50, 0, 1_000),
      timesUserUsual: variable.integer('VELOCITY_TIMES_USER_USUAL', 10, 0, 1_000),
      timesMerchantUsual: variable.integer('VELOCITY_TIMES_MERCHANT_USUAL', 20, 0, 1_000),
      usersPerOrder: variable.integer('VELOCITY_USERS_PER_ORDER', 25, 0, 100),
      // An index leaves out what is smaller than the lowest floor.
      floorAmount: variable.integer('VELOCITY_FLOOR_AMOUNT', 500, 100, 1_000_000_000),
    },
    maxPurchasesPerBatch: variable.integer('MAX_PURCHASES_PER_BATCH', 256, 1, 10_000),
    maxQueuedPurchases: variable.integer('MAX_QUEUED_PURCHASES', 4_096, 1, 1_000_000),
    maxQueuedPayouts: variable.integer('MAX_QUEUED_PAYOUTS', 16_384, 1, 1_000_000),
    payoutLimits: {
      minimum: readAmounts('PAYOUT_MINIMUM', variable.text('PAYOUT_MINIMUM', '10.00'), supportedCurrencies),
      monthly: readAmounts(
        'PAYOUT_MONTHLY_LIMIT',
        variable.text('PAYOUT_MONTHLY_LIMIT', '100000.00'),
        supportedCurrencies,
      ),
    },
  });
}

function readDatabaseUrl(value: string | undefined, workingDirectory: string): string | undefined {
  return value === undefined ? undefined : parseDatabaseUrl(value, workingDirectory);
}

/** Where a client on this machine reaches a server that listens there. */
export function urlOf(host: string, port: number): string {
  const isWildcard = host === '0.0.0.0' || host === '::';
  const name = isWildcard ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function reader(environment: NodeJS.ProcessEnv) {
  const optional = (name: string) => environment[name]?.trim() || undefined;
  const text = (name: string, fallback: string) => optional(name) ?? fallback;

  function integer(name: string, fallback: number, minimum: number, maximum: number): number {
    const value = Number(text(name, String(fallback)));
    if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
    throw new StartupError(`${name} must be a whole number from ${minimum} to ${maximum}.`);
  }

  function oneOf<const Choice extends string>(
    name: string,
    choices: readonly Choice[],
    fallback: Choice,
  ): Choice {
    const value = text(name, fallback);
    const choice = choices.find((candidate) => candidate === value);
    if (choice !== undefined) return choice;
    throw new StartupError(`${name} must be one of ${choices.join(', ')}.`);
  }

  const flag = (name: string, fallback: boolean) => oneOf(name, ['true', 'false'], `${fallback}`) === 'true';

  return { optional, text, integer, oneOf, flag };
}

/** `off`, a port of its own, or that of the API or worker: then they are served there. */
function readMetrics(variable: ReturnType<typeof reader>) {
  const chosen = variable.optional('METRICS_PORT');
  return {
    host: variable.text('METRICS_HOST', 'localhost'),
    port: chosen === 'off' ? undefined : variable.integer('METRICS_PORT', 9464, 0, 65_535),
    isPortChosen: chosen !== undefined,
  };
}

export type TokenKey = { readonly id: string; readonly secret: string };

/** `id:secret,id:secret`: the first key signs, all of them verify, so that a key can be replaced without logouts. */
function readTokenKeys(value: string | undefined, mode: string): readonly TokenKey[] {
  if (value === undefined) {
    if (mode === 'production') {
      throw new StartupError(
        'JWT_KEYS must be set in production, as "id:secret" with a secret of 32 characters or more.',
      );
    }
    // Access tokens of a development server end with it, unless JWT_KEYS says otherwise.
    return [{ id: 'development', secret: randomBytes(32).toString('hex') }];
  }
  const keys = value.split(',').map((entry) => {
    const [, id, secret] = /^([\w-]+):(.+)$/.exec(entry.trim()) ?? [];
    if (id === undefined || secret === undefined || secret.length < MINIMUM_SECRET_LENGTH) {
      throw new StartupError('JWT_KEYS must be a list of "id:secret" with secrets of 32 characters or more.');
    }
    requireStrong('JWT_KEYS', id, secret, mode);
    return { id, secret };
  });
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    throw new StartupError('JWT_KEYS must name each of its keys differently.');
  }
  return keys;
}

/**
 * `id:key,id:key`, each key 32 bytes in base64: the first one encrypts, all of them decrypt, so that a key can be
 * replaced while older data is still read.
 */
function readEncryptionKeys(value: string | undefined, mode: string): readonly EncryptionKey[] {
  if (value === undefined) {
    if (mode === 'production') {
      throw new StartupError(
        'ENCRYPTION_KEYS must be set in production, as "id:key" with a key of 32 bytes in base64.',
      );
    }
    // The same at each start, as the data of a development server outlives it. It protects nothing.
    return [{ id: 'development', key: Buffer.alloc(ENCRYPTION_KEY_BYTES, 'development') }];
  }
  const keys = value.split(',').map((entry) => {
    const [, id, encoded] = /^([\w-]+):([A-Za-z0-9+/]+=*)$/.exec(entry.trim()) ?? [];
    const key = Buffer.from(encoded ?? '', 'base64');
    if (id === undefined || key.length !== ENCRYPTION_KEY_BYTES) {
      throw new StartupError('ENCRYPTION_KEYS must be a list of "id:key" with keys of 32 bytes in base64.');
    }
    requireStrong('ENCRYPTION_KEYS', id, key.toString('latin1'), mode);
    return { id, key };
  });
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    throw new StartupError('ENCRYPTION_KEYS must name each of its keys differently.');
  }
  return keys;
}

function requireStrong(name: string, id: string, secret: string, mode: string): void {
  if (mode !== 'production' || !isWeakSecret(secret)) return;
  throw new StartupError(`${name} must be random in production: make a new "${id}" with openssl rand.`);
}

function readRedisUrl(value: string | undefined): string | undefined {
  if (value === undefined || (URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol)))
    return value;
  throw new StartupError('REDIS_URL must be a URL such as redis://user:password@host:6379/0.');
}

function readCurrencies(value: string): readonly [string, ...string[]] {
  const [first, ...rest] = value.split(',').map((code) => code.trim());
  if (first === undefined || ![first, ...rest].every(isCurrency)) {
    throw new StartupError('SUPPORTED_CURRENCIES must be a list of ISO 4217 codes such as "EUR,USD".');
  }
  return [first, ...rest];
}

/**
 * `10.00` for every currency, or with amounts of their own for some: `10.00,JPY:1500`. In minor units, by currency.
 * A currency without an amount of its own takes the plain one, if its decimals hold that.
 */
function readAmounts(
  name: string,
  value: string,
  currencies: readonly string[],
): ReadonlyMap<string, bigint> {
  const [plain = '', ...exceptions] = value.split(',').map((entry) => entry.trim());
  const own = new Map(
    exceptions.map((entry) => [entry.slice(0, 3), /^...:(.+)$/.exec(entry)?.[1] ?? ''] as const),
  );
  if ([...own.keys()].every((currency) => currencies.includes(currency))) {
    const amounts = currencies.map((currency) => [
      currency,
      readAmount(own.get(currency) ?? plain, currency),
    ]);
    if (amounts.every((entry): entry is [string, bigint] => entry[1] !== undefined)) return new Map(amounts);
  }
  throw new StartupError(
    `${name} must be an amount such as "10.00", with others for some of the supported currencies as in "10.00,JPY:1500".`,
  );
}

function readAmount(text: string, currency: string): bigint | undefined {
  if (!/^\d{1,10}(\.\d{1,4})?$/.test(text)) return undefined;
  try {
    return moneyFromNumeric(text, currency);
  } catch {
    return undefined;
  }
}
