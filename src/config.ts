import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { parseDatabaseUrl } from './core/database/url.ts';
import { isCurrency, moneyFromNumeric } from './core/money.ts';
import { ENCRYPTION_KEY_BYTES, type EncryptionKey } from './core/secrets/encryption.ts';
import { isWeakSecret } from './core/secrets/weak-secrets.ts';
import { settingsReader } from './core/settings.ts';
import { StartupError } from './core/startup-error.ts';
import { SETTINGS } from './settings.ts';

/** The configuration of a process. Only this file reads the environment; settings.ts defines the variables. */
export type Config = ReturnType<typeof readConfig>;

export const PROJECT_DIRECTORY = join(import.meta.dirname, '..');

const MINIMUM_SECRET_LENGTH = 32;

/** @throws StartupError that names the variable and its allowed values. */
export function readConfig(environment: NodeJS.ProcessEnv) {
  const { read, isSet } = settingsReader(SETTINGS, environment);
  const mode = read('NODE_ENV');
  const host = read('HOST');
  const port = read('PORT');
  const metricsPort = read('METRICS_PORT');
  const supportedCurrencies = readCurrencies(read('SUPPORTED_CURRENCIES'));
  // npm runs programs in the directory of the project. INIT_CWD is the directory in which npm was called.
  const workingDirectory = environment.INIT_CWD ?? process.cwd();
  const path = (value: string | undefined) => value && resolve(workingDirectory, value);
  const databaseUrl = readDatabaseUrl('DATABASE_URL', read('DATABASE_URL'), workingDirectory);
  const migrationDatabaseUrl = readDatabaseUrl(
    'MIGRATION_DATABASE_URL',
    read('MIGRATION_DATABASE_URL'),
    workingDirectory,
  );
  if (migrationDatabaseUrl !== undefined && databaseUrl === undefined)
    throw new StartupError('MIGRATION_DATABASE_URL needs DATABASE_URL, whose user gets the privileges.');

  return Object.freeze({
    mode,
    host,
    port,
    publicUrl: read('PUBLIC_URL') ?? urlOf(host, port),
    /** The address of the console, if it is confined to one. */
    consoleUrl: readConsoleUrl(read('CONSOLE_URL')),
    programmeName: read('PROGRAMME_NAME'),
    supportEmail: readSupportEmail(read('SUPPORT_EMAIL')),
    version: readVersion(),
    apiDocs: read('API_DOCS'),
    runJobs: read('RUN_JOBS'),
    workerPort: read('WORKER_PORT'),
    metrics: {
      host: read('METRICS_HOST'),
      port: metricsPort === 'off' ? undefined : metricsPort,
      isPortChosen: isSet('METRICS_PORT'),
    },
    maxConnections: read('MAX_CONNECTIONS'),
    trustProxy: readTrustProxy(read('TRUST_PROXY')),
    corsOrigins: readOrigins(read('CORS_ORIGINS')),
    logLevel: read('LOG_LEVEL'),

    /** The base of relative paths in arguments. */
    workingDirectory,
    databaseUrl,
    /** The database as its owner. */
    migrationDatabaseUrl,
    dataDirectory: path(read('DATA_DIR')),
    /** The timeout of one round trip. */
    databaseTimeout_ms: read('DATABASE_TIMEOUT_SECONDS') * 1000,
    databaseConnections: read('DATABASE_CONNECTIONS'),
    demoData: (read('DEMO_DATA') ?? databaseUrl === undefined) && mode === 'development',

    tokens: {
      keys: readTokenKeys(read('JWT_KEYS'), mode),
      accessTtlSeconds: read('ACCESS_TOKEN_TTL_SECONDS'),
      refreshTtlSeconds: read('REFRESH_TOKEN_TTL_SECONDS'),
      resetTtlSeconds: read('PASSWORD_RESET_TTL_SECONDS'),
      sessionMaxDays: read('SESSION_MAX_DAYS'),
    },
    encryptionKeys: readEncryptionKeys(read('ENCRYPTION_KEYS'), mode),
    mail: {
      /** False: mails are not even queued. A test platform keeps them in the outbox. */
      isConfigured: mode !== 'production' || isSet('SMTP_URL'),
      /** Undefined: no mail leaves the machine. */
      smtp: readSmtp(read('SMTP_URL'), read('SMTP_TLS')),
      from: readMailFrom(read('MAIL_FROM'), mode === 'production' && isSet('SMTP_URL')),
      subjectPrefix: read('MAIL_SUBJECT_PREFIX'),
      /** Where mails are written instead of being sent, in development alone. */
      directory:
        mode === 'development' && !isSet('SMTP_URL')
          ? join(path(read('DATA_DIR')) ?? join(PROJECT_DIRECTORY, '.data'), 'mail')
          : undefined,
    },
    adminMfa: read('ADMIN_MFA') ?? (mode === 'production' ? 'required' : 'optional'),
    adminPasswordFile: path(read('ADMIN_PASSWORD_FILE')),
    bcryptCost: read('BCRYPT_COST'),
    loginFailures: read('LOGIN_FAILURES'),
    registrationsPerMinute: read('REGISTRATIONS_PER_MINUTE'),
    purchasesPerMinutePerUser: read('PURCHASES_PER_MINUTE_PER_USER'),
    purchasesPerMinutePerPartner: read('PURCHASES_PER_MINUTE_PER_PARTNER'),
    redisUrl: readRedisUrl(read('REDIS_URL')),

    supportedCurrencies,
    maxCashbackPercentage: read('MAX_CASHBACK_PERCENTAGE'),
    defaultConfirmationDays: read('DEFAULT_CONFIRMATION_DAYS'),
    velocity: {
      purchasesPerUserDay: read('VELOCITY_PURCHASES_PER_USER_DAY'),
      timesUserUsual: read('VELOCITY_TIMES_USER_USUAL'),
      timesMerchantUsual: read('VELOCITY_TIMES_MERCHANT_USUAL'),
      usersPerOrder: read('VELOCITY_USERS_PER_ORDER'),
      floorAmount: read('VELOCITY_FLOOR_AMOUNT'),
    },
    webhookAllowedNetworks: readNetworks(read('WEBHOOK_ALLOWED_NETWORKS'), mode),
    selfReports: read('SELF_REPORTS'),
    maxEventAgeDays: read('MAX_EVENT_AGE_DAYS'),
    ceilings: {
      amount: readAmounts('CEILING_AMOUNT', read('CEILING_AMOUNT'), supportedCurrencies),
      reward: readAmounts('CEILING_CASHBACK', read('CEILING_CASHBACK'), supportedCurrencies),
    },
    maxPurchasesPerBatch: read('MAX_PURCHASES_PER_BATCH'),
    maxQueuedPurchases: read('MAX_QUEUED_PURCHASES'),
    needsEmailProof:
      (read('PAYOUT_EMAIL_PROOF') ?? (isSet('SMTP_URL') ? 'required' : 'optional')) === 'required',
    bankDetailsRetentionDays: read('BANK_DETAILS_RETENTION_DAYS'),
    maxQueuedPayouts: read('MAX_QUEUED_PAYOUTS'),
    fourEyesAbove: readFourEyesAbove(read('FOUR_EYES_ABOVE'), supportedCurrencies),
    payoutLimits: {
      minimum: readAmounts('PAYOUT_MINIMUM', read('PAYOUT_MINIMUM'), supportedCurrencies),
      monthly: readAmounts('PAYOUT_MONTHLY_LIMIT', read('PAYOUT_MONTHLY_LIMIT'), supportedCurrencies),
    },
  });
}

function readDatabaseUrl(
  name: string,
  value: string | undefined,
  workingDirectory: string,
): string | undefined {
  return value === undefined ? undefined : parseDatabaseUrl(value, workingDirectory, name);
}

/** The URL by which a client on this machine reaches a server at this address. */
export function urlOf(host: string, port: number): string {
  const isWildcard = host === '0.0.0.0' || host === '::';
  const name = isWildcard ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

const MAX_HOPS = 10;

/** Reads the proxies that are trusted: none, a number of hops, or networks. */
function readTrustProxy(value: string): false | number | string[] {
  if (value === 'false') return false;
  if (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= MAX_HOPS) return Number(value);
  const networks = value.split(',').map((network) => network.trim());
  if (value === 'true' || networks.some((network) => /\/0+$/.test(network))) {
    throw new StartupError(
      'TRUST_PROXY must be a number of hops or a list of networks, because a client could choose its own address in X-Forwarded-For if every sender were trusted.',
    );
  }
  if (networks.every(isNetwork)) return networks;
  throw new StartupError(
    `TRUST_PROXY must be false, a number of hops from 1 to ${MAX_HOPS}, or a list of networks such as "10.0.0.0/8,fd00::/8".`,
  );
}

/** Networks of one's own that webhooks may reach. A developer's receiver runs on the same machine. */
function readNetworks(value: string | undefined, mode: string): readonly string[] {
  const fallback = mode === 'development' ? '127.0.0.0/8,::1' : '';
  const networks = (value ?? fallback)
    .split(',')
    .map((network) => network.trim())
    .filter(Boolean);
  if (networks.every(isNetwork)) return networks;
  throw new StartupError(
    'WEBHOOK_ALLOWED_NETWORKS must be a list of networks such as "10.1.0.0/16,fd00:1::/32".',
  );
}

/** As browsers send them in `Origin`: scheme, host and port. @throws StartupError. */
function readOrigins(value: string | undefined): readonly string[] {
  const origins = (value ?? '')
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean);
  if (origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin)) return origins;
  throw new StartupError(
    'CORS_ORIGINS must be a list of origins without paths, such as "https://app.example.com,http://localhost:5173".',
  );
}

/** @throws StartupError. */
function readConsoleUrl(value: string | undefined): string | undefined {
  const url = value !== undefined && URL.canParse(value) ? new URL(value) : undefined;
  if (value === undefined || (url !== undefined && /^https?:$/.test(url.protocol) && url.origin === value))
    return value;
  throw new StartupError(
    'CONSOLE_URL must be an address without a path, such as https://console.example.com.',
  );
}

/** @throws StartupError. */
function readSupportEmail(value: string | undefined): string | undefined {
  if (value === undefined || /^[^\s<>,;@]+@[^\s<>,;@]+$/.test(value)) return value;
  throw new StartupError('SUPPORT_EMAIL must be an address such as help@example.com.');
}

function readVersion(): string {
  return JSON.parse(readFileSync(join(PROJECT_DIRECTORY, 'package.json'), 'utf8')).version;
}

/** `isIP`, because `ipaddr` reads plain numbers as addresses. */
function isNetwork(text: string): boolean {
  const [address = '', ...prefix] = text.split('/');
  return isIP(address) !== 0 && (prefix.length === 0 || ipaddr.isValidCIDR(text));
}

export type TokenKey = { readonly id: string; readonly secret: string };

/** Reads `id:secret,id:secret`. The first key signs and all keys verify, so that a key can be replaced without logouts. */
function readTokenKeys(value: string | undefined, mode: string): readonly TokenKey[] {
  if (value === undefined) {
    if (mode === 'production') {
      throw new StartupError(
        'JWT_KEYS must be set in production, as "id:secret" with a secret of 32 characters or more.',
      );
    }
    // Without JWT_KEYS, the access tokens of a development server become invalid when it stops.
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
 * Reads `id:key,id:key`, each key 32 bytes in base64. The first key encrypts and all keys decrypt, so that a key can be
 * replaced while data of older keys exists.
 */
function readEncryptionKeys(value: string | undefined, mode: string): readonly EncryptionKey[] {
  if (value === undefined) {
    if (mode === 'production') {
      throw new StartupError(
        'ENCRYPTION_KEYS must be set in production, as "id:key" with a key of 32 bytes in base64.',
      );
    }
    // The same key at each start, because the data of a development server is kept. This key protects nothing.
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

/** The mail server as nodemailer names its parts. */
function readSmtp(value: string | undefined, tls: 'required' | 'optional' | undefined) {
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^smtps?:$/.test(url.protocol) || url.hostname === '' || url.search !== '') {
    throw new StartupError(
      'SMTP_URL must be a URL such as smtp://user:password@mail.example.com:587 or smtps://user:password@mail.example.com:465.',
    );
  }
  const secure = url.protocol === 'smtps:';
  // The brackets of an IPv6 address belong to the URL.
  const host = url.hostname.replaceAll(/[[\]]/g, '');
  return {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && (tls ?? (isLocal(host) ? 'optional' : 'required')) === 'required',
    ...(url.username !== '' && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
  };
}

/** True for an address of this machine. */
function isLocal(host: string): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && ipaddr.parse(host).range() === 'loopback');
}

/** Reads `Name <address>` or an address alone. */
function readMailFrom(value: string | undefined, isRequired: boolean) {
  if (value === undefined && isRequired)
    throw new StartupError('MAIL_FROM must be set in production, as "Name <address>".');
  const [, name = '', inBrackets, alone] =
    /^(?:([^<>\p{Cc}]*)<([^\s<>,;@]+@[^\s<>,;@]+)>|([^\s<>,;@]+@[^\s<>,;@]+))$/u.exec(
      value ?? 'ClickNBack <no-reply@localhost>',
    ) ?? [];
  const address = inBrackets ?? alone;
  if (address === undefined)
    throw new StartupError('MAIL_FROM must be an address such as "ClickNBack <no-reply@example.com>".');
  return { name: name.trim() || 'ClickNBack', address };
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
 * Reads one amount for every currency, with exceptions: `10.00` or `10.00,JPY:1500`. Returns minor units by currency.
 * The plain amount must not have more decimals than a currency without an exception.
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

/** Undefined if one administrator is always enough. */
function readFourEyesAbove(
  value: string,
  currencies: readonly string[],
): ReadonlyMap<string, bigint> | undefined {
  return value === 'off' ? undefined : readAmounts('FOUR_EYES_ABOVE', value, currencies);
}

function readAmount(text: string, currency: string): bigint | undefined {
  if (!/^\d{1,10}(\.\d{1,4})?$/.test(text)) return undefined;
  try {
    return moneyFromNumeric(text, currency);
  } catch {
    return undefined;
  }
}
