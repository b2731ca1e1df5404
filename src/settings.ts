import { choice, flag, integer, integerOr, text } from './core/settings.ts';

/*
 * Every environment variable of the platform, with its default and its meaning. config.ts reads them;
 * docs/configuration.md is generated from here.
 */

const SERVER = {
  NODE_ENV: choice(
    ['development', 'production', 'test'],
    'development',
    '`production` loads no demo data, requires strong `JWT_KEYS` and `ENCRYPTION_KEYS`, and refuses a database that is not durable. It also marks the database: no other mode may use it later',
  ),
  HOST: text('localhost', 'Address to listen on'),
  PORT: integer(8000, { from: 0, to: 65_535 }, 'Port to listen on. `0` takes any free port and prints it'),
  PUBLIC_URL: text(
    undefined,
    'Address of the platform for its clients. The API reference and links in mails name it. With `https`, browsers send cookies over TLS alone',
    { fallback: '`http://HOST:PORT`', values: 'URL' },
  ),
  CONSOLE_URL: text(
    undefined,
    'Address to whose host the console is confined: at other hosts `/console` returns 404, and logins to the console are refused',
    { fallback: 'every host', values: '`https://console.example.com`' },
  ),
  PROGRAMME_NAME: text('ClickNBack', 'Name of the programme, which the apps show'),
  SUPPORT_EMAIL: text(undefined, 'Address at which shoppers get help, which the apps show', {
    fallback: 'none',
    values: '`help@example.com`',
  }),
  API_DOCS: flag(true, 'Whether `/docs` and `/openapi.json` are served'),
  MAX_CONNECTIONS: integer(
    10_000,
    { from: 10, to: 1_000_000 },
    'Most connections that may be open at once. Further ones are closed. Each takes a file handle of the process',
  ),
  TRUST_PROXY: text(
    'false',
    'Proxies whose `X-Forwarded-For` names the client: their number between client and platform, or their networks. Rate limits then count clients instead of the proxy',
    { values: '`false`, `1` to `10`, or `10.0.0.0/8,fd00::/8`' },
  ),
  CORS_ORIGINS: text(
    undefined,
    'Origins of web pages that may call the API from a browser. They send tokens, and no cookies',
    { fallback: 'none', values: '`https://app.example.com,https://shop.example.com`' },
  ),
  LOG_LEVEL: choice(
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    'info',
    'Least level that is logged',
  ),
};

const JOBS_AND_METRICS = {
  RUN_JOBS: flag(true, 'Whether this process runs the recurring jobs. Set `false` where workers run them'),
  WORKER_PORT: integer(
    8001,
    { from: 0, to: 65_535 },
    'Port on which a worker answers `/health/live` and `/health/ready`',
  ),
  METRICS_HOST: text('localhost', 'Address on which `/metrics` is served'),
  METRICS_PORT: integerOr(
    'off',
    9464,
    { from: 0, to: 65_535 },
    'Port on which `/metrics` is served. The port of the API or worker serves it there. If it is not set, a second process on the machine takes any free port, which its log names',
  ),
};

const DATABASE = {
  DATABASE_URL: text(
    undefined,
    'PostgreSQL 15 or newer, as `postgres://user:password@host:5432/database`. Percent-encode special characters. Parameters: `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `sslnegotiation`, `uselibpqcompat`, `application_name`, `host`, `port`',
    { fallback: 'the embedded server', values: 'URL' },
  ),
  MIGRATION_DATABASE_URL: text(
    undefined,
    'The same database as its owner, for `npm run migrate`: it migrates and grants the user of `DATABASE_URL` what that needs. A platform that has it migrates at its start',
    { fallback: '`DATABASE_URL` migrates itself if its user may', values: 'URL' },
  ),
  DATA_DIR: text(undefined, 'Folder in which the embedded server keeps its data', {
    fallback: '`.data`',
    values: 'path',
  }),
  DATABASE_TIMEOUT_SECONDS: integer(
    10,
    // Less than the 14 seconds in which each request gets a response.
    { from: 1, to: 12 },
    'Longest time in seconds to wait for PostgreSQL in one round trip. After it the request is answered 503',
  ),
  DATABASE_CONNECTIONS: integer(
    10,
    { from: 2, to: 1_000 },
    'Connections of the pool. The job queue has 2 more',
  ),
  // The passwords of the demo data are published, so another database gets them only on request.
  DEMO_DATA: flag(
    undefined,
    'Whether a development platform loads demo data. `true` with `DATABASE_URL` needs an empty database',
    { fallback: '`true`; `false` with `DATABASE_URL`' },
  ),
  REDIS_URL: text(undefined, 'Redis in which all processes count rate limits together', {
    fallback: 'none: each process counts alone',
    values: 'URL',
  }),
};

const SECRETS_AND_SESSIONS = {
  JWT_KEYS: text(
    undefined,
    'Keys of access tokens. The first key signs, all keys verify. Secrets are random and have 32 characters or more (`openssl rand -hex 32`)',
    { fallback: 'a random key at each start', values: '`id:secret,id:secret`' },
  ),
  ENCRYPTION_KEYS: text(
    undefined,
    'Keys of bank details, signing secrets, second factors and mails that wait. The first key encrypts, all keys decrypt. Each has 32 bytes in base64 (`openssl rand -base64 32`)',
    { fallback: 'a fixed key that protects nothing', values: '`id:key,id:key`' },
  ),
  ACCESS_TOKEN_TTL_SECONDS: integer(15 * 60, { from: 1, to: 24 * 3600 }, 'Lifetime of an access token'),
  REFRESH_TOKEN_TTL_SECONDS: integer(
    30 * 24 * 3600,
    { from: 60, to: 365 * 24 * 3600 },
    'Lifetime of a refresh token',
  ),
  SESSION_MAX_DAYS: integer(
    90,
    { from: 1, to: 365 },
    'Days after which a session ends, even if it is used: the user must log in again',
  ),
  PASSWORD_RESET_TTL_SECONDS: integer(
    3 * 24 * 3600,
    { from: 60, to: 30 * 24 * 3600 },
    'Lifetime of a password reset token',
  ),
  ADMIN_MFA: choice(
    ['required', 'optional'],
    undefined,
    'Second factor of administrators. With `required`, an administrator without one can do nothing but enrol. With `optional`, it protects those who have one',
    { fallback: '`required` in production, otherwise `optional`' },
  ),
  ADMIN_PASSWORD_FILE: text(undefined, 'File with the password that `admin-create` sets', {
    fallback: 'the command asks',
    values: 'path',
  }),
  BCRYPT_COST: integer(12, { from: 4, to: 16 }, 'Work of a password hash, as a power of two'),
};

const MAIL = {
  SMTP_URL: text(
    undefined,
    'Mail server, as `smtp://user:password@host:587` or `smtps://user:password@host:465`. Percent-encode special characters. Without it, production sends no mail, a test platform keeps mails in its outbox, and development writes them to `mail/` in `DATA_DIR` and shows them at `/dev/mail`',
    { fallback: 'none', values: 'URL' },
  ),
  SMTP_TLS: choice(
    ['required', 'optional'],
    undefined,
    'Encryption with an `smtp://` server: `required` sends nothing without STARTTLS, `optional` uses it if the server offers it',
    { fallback: '`required`; `optional` if the server is on this machine' },
  ),
  MAIL_FROM: text(
    undefined,
    'Sender of all mail. The name also stands above each mail. Required with `SMTP_URL` in production',
    { fallback: '`ClickNBack <no-reply@localhost>`', values: '`Name <address>`' },
  ),
  MAIL_SUBJECT_PREFIX: text('', 'Text before each subject, such as `[Test]`'),
};

const RATE_LIMITS = {
  LOGIN_FAILURES: integer(
    10,
    { from: 1, to: 1_000_000 },
    'Wrong passwords without a wait: per address and minute, and for an account in all. Each further one doubles the wait for the account, from a minute up to an hour. An address or a browser that has logged in to the account counts separately',
  ),
  REGISTRATIONS_PER_MINUTE: integer(
    20,
    { from: 1, to: 1_000_000 },
    'Registrations per minute, per account, and per address',
  ),
  PURCHASES_PER_MINUTE_PER_USER: integer(
    600,
    { from: 1, to: 1_000_000_000 },
    'Purchases that a user may report per minute',
  ),
  PURCHASES_PER_MINUTE_PER_PARTNER: integer(
    1_000_000,
    // At least the size of the largest batch.
    { from: 1_000, to: 1_000_000_000 },
    'Purchases that a partner may report per minute. Each item of a batch counts; a batch passes as a whole or is refused',
  ),
};

const CASHBACK_AND_PAYOUTS = {
  SUPPORTED_CURRENCIES: text('EUR', 'Currencies of the platform. The first is the default', {
    values: 'ISO 4217 codes: `EUR,USD`',
  }),
  MAX_CASHBACK_PERCENTAGE: integer(20, { from: 1, to: 100 }, 'Highest percentage that an offer may give'),
  DEFAULT_CONFIRMATION_DAYS: integer(
    30,
    { from: 0, to: 365 },
    'Days after which a purchase is confirmed automatically, if its merchant has no `confirmation_days`',
  ),
  PAYOUT_EMAIL_PROOF: choice(
    ['required', 'optional'],
    undefined,
    'Whether only users who have proved their email address may request payouts',
    { fallback: '`required` with `SMTP_URL`, otherwise `optional`' },
  ),
  BANK_DETAILS_RETENTION_DAYS: integer(
    400,
    { from: 1, to: 3_650 },
    'Days after which the bank details of a settled payout are shredded',
  ),
  PAYOUT_MINIMUM: text('10.00', 'Smallest payout: one amount for all currencies, and exceptions', {
    values: '`10.00` or `10.00,JPY:1500`',
  }),
  PAYOUT_MONTHLY_LIMIT: text(
    '100000.00',
    "Limit on the sum of a user's payouts in one currency and calendar month (UTC)",
    { values: 'as above' },
  ),
  FOUR_EYES_ABOVE: text(
    '1000.00',
    'Payouts and adjustments above this amount take two administrators. `off`: one is always enough, and each start logs that',
    { values: 'as above, or `off`' },
  ),
};

const VELOCITY_RULES = {
  VELOCITY_PURCHASES_PER_USER_DAY: integer(
    50,
    { from: 0, to: 1_000 },
    'Purchases of one user that are recorded on one UTC day; further ones are held for review. `0` for an import of past purchases',
  ),
  VELOCITY_TIMES_USER_USUAL: integer(
    10,
    { from: 0, to: 1_000 },
    'Holds an amount more than this many times what the user usually spends',
  ),
  VELOCITY_TIMES_MERCHANT_USUAL: integer(
    20,
    { from: 0, to: 1_000 },
    'Holds an amount more than this many times what users usually spend at the merchant',
  ),
  VELOCITY_USERS_PER_ORDER: integer(
    25,
    { from: 0, to: 100 },
    'Holds one amount at one merchant on one UTC day if this many different users report it',
  ),
  VELOCITY_FLOOR_AMOUNT: integer(
    500,
    // The partial index does not contain smaller amounts.
    { from: 100, to: 1_000_000_000 },
    "Least amount that the last three rules check, in whole units of the purchase's currency",
  ),
};

const TRUST = {
  SELF_REPORTS: choice(
    ['hold', 'refuse'],
    'hold',
    'Treatment of purchases that shoppers report: `hold` records them for review, `refuse` returns 403',
  ),
  MAX_EVENT_AGE_DAYS: integer(
    0,
    { from: 0, to: 3_650 },
    'Age of a purchase that partners and administrators may still report, in days. `0` sets no limit. For shoppers it is always 28',
  ),
  CEILING_AMOUNT: text(
    '10000.00',
    'Largest purchase that is not held for review where no ceiling (`PUT /ceilings`) says otherwise: one amount for all currencies, and exceptions',
    {
      values: '`10000.00` or `10000.00,JPY:1500000`',
    },
  ),
  CEILING_CASHBACK: text(
    '500.00',
    'Largest reward that is not held for review where no ceiling says otherwise',
    { values: 'as above' },
  ),
};

const WEBHOOKS = {
  WEBHOOK_ALLOWED_NETWORKS: text(
    undefined,
    'Networks of your own that your webhook endpoints may name, in production not those of partners. All other webhooks reach public addresses alone',
    {
      fallback: '`127.0.0.0/8,::1` in development, otherwise none',
      values: '`10.1.0.0/16,fd00:1::/32`',
    },
  ),
};

const BATCHES_AND_QUEUES = {
  MAX_PURCHASES_PER_BATCH: integer(
    256,
    { from: 1, to: 10_000 },
    'Most purchases in one transaction. `1` gives each its own',
  ),
  MAX_QUEUED_PURCHASES: integer(
    4_096,
    { from: 1, to: 1_000_000 },
    'Purchases that may wait for a batch in a burst; further ones are answered 503. Sustained overload is refused from 512 requests on',
  ),
  MAX_QUEUED_PAYOUTS: integer(
    16_384,
    { from: 1, to: 1_000_000 },
    'Payouts that may wait for a batch; further ones are answered 503',
  ),
};

export const SETTINGS = {
  ...SERVER,
  ...JOBS_AND_METRICS,
  ...DATABASE,
  ...SECRETS_AND_SESSIONS,
  ...MAIL,
  ...RATE_LIMITS,
  ...CASHBACK_AND_PAYOUTS,
  ...TRUST,
  ...VELOCITY_RULES,
  ...WEBHOOKS,
  ...BATCHES_AND_QUEUES,
};

/** The settings by the headings of docs/configuration.md. */
export const SETTINGS_BY_TOPIC = {
  Server: SERVER,
  'Jobs and metrics': JOBS_AND_METRICS,
  'Database and Redis': DATABASE,
  'Secrets and sessions': SECRETS_AND_SESSIONS,
  Mail: MAIL,
  'Rate limits': RATE_LIMITS,
  'Cashback and payouts': CASHBACK_AND_PAYOUTS,
  'Trust in reports': TRUST,
  'Velocity rules (`0` turns a rule off)': VELOCITY_RULES,
  Webhooks: WEBHOOKS,
  'Batches and queues': BATCHES_AND_QUEUES,
};
