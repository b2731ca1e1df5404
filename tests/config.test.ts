import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PROJECT_DIRECTORY, readConfig } from '../src/config.ts';
import { isWeakSecret } from '../src/core/secrets/weak-secrets.ts';
import { StartupError } from '../src/core/startup-error.ts';
import { SETTINGS } from '../src/settings.ts';

const SECRET = randomBytes(24).toString('hex');
const ENCRYPTION_KEY = randomBytes(32).toString('base64');

describe('the configuration', () => {
  test('needs nothing to be set', () => {
    const config = readConfig({});
    assert.equal(config.mode, 'development');
    assert.equal(config.publicUrl, 'http://localhost:8000');
    assert.equal(config.databaseUrl, undefined);
    assert.equal(config.demoData, true);
    assert.equal(config.bcryptCost, 12);
    assert.equal(config.maxCashbackPercentage, 20);
    assert.equal(config.tokens.accessTtlSeconds, 900);
    assert.equal(config.tokens.refreshTtlSeconds, 30 * 24 * 3600);
    assert.deepEqual(config.supportedCurrencies, ['EUR']);
    assert.ok(Object.isFrozen(config));
  });

  const wrong: Record<string, readonly string[]> = {
    MIGRATION_DATABASE_URL: ['localhost:5432', 'mysql://a:b@localhost/x'],
    NODE_ENV: ['prod', 'Development'],
    PORT: ['-1', '65536', '80.5', 'http', '0x'],
    CONSOLE_URL: ['console.example.com', 'ftp://console.example.com', 'https://console.example.com/console'],
    SUPPORT_EMAIL: ['help', 'Help <help@example.com>', 'a@b c', 'a@b@c'],
    API_DOCS: ['off', '0'],
    RUN_JOBS: ['no', '0'],
    METRICS_PORT: ['-1', '65536', 'none'],
    WORKER_PORT: ['-1', '65536', 'http'],
    MAX_CONNECTIONS: ['9', '1000001', 'many'],
    CORS_ORIGINS: ['*', 'null', 'app.example.com', 'https://app.example.com/', 'https://APP.example.com'],
    WEBHOOK_ALLOWED_NETWORKS: ['everything', '10.0.0.0/33', '10.1', 'example.com'],
    TRUST_PROXY: [
      'yes',
      'TRUE',
      'true',
      '0',
      '11',
      '-1',
      '1.5',
      '10.0.0.0/8,',
      '10.0.0.0/33',
      '0.0.0.0/0',
      '::/0',
    ],
    LOG_LEVEL: ['loud'],
    DATABASE_CONNECTIONS: ['1', '1001', 'many'],
    DEMO_DATA: ['no'],
    JWT_KEYS: ['secret', 'k:short', `:${SECRET}`, `a b:${SECRET}`, `k:${SECRET},`, `k:${SECRET},l:short`],
    ENCRYPTION_KEYS: [
      'key',
      'k:c2hvcnQ=',
      `:${ENCRYPTION_KEY}`,
      `k:${ENCRYPTION_KEY},`,
      `k:${'?'.repeat(44)}`,
    ],
    SMTP_URL: [
      'mail.example.com:25',
      'http://mail.example.com',
      'smtp://',
      'smtp:mail.example.com',
      'smtps://mail.example.com?tls=off',
    ],
    SMTP_TLS: ['true', 'off', 'Required'],
    MAIL_FROM: [
      'ClickNBack',
      'a@b\r\nBcc: c@example.com',
      'a@b, c@d',
      '<a@b> Name',
      'Name <a@b',
      'a b@example.com',
    ],
    DATABASE_TIMEOUT_SECONDS: ['0', '13', '2.5', 'none'],
    ACCESS_TOKEN_TTL_SECONDS: ['0', '86401', '15m'],
    REFRESH_TOKEN_TTL_SECONDS: ['59', '31536001'],
    SESSION_MAX_DAYS: ['0', '366', '1.5'],
    PASSWORD_RESET_TTL_SECONDS: ['59', '2592001', 'soon'],
    ADMIN_MFA: ['true', 'off', 'Required'],
    BCRYPT_COST: ['3', '17', 'high'],
    LOGIN_FAILURES: ['0', 'ten'],
    REGISTRATIONS_PER_MINUTE: ['0', 'ten'],
    PURCHASES_PER_MINUTE_PER_USER: ['0', 'ten'],
    PURCHASES_PER_MINUTE_PER_PARTNER: ['999', 'ten'],
    REDIS_URL: ['localhost:6379', 'http://localhost:6379', 'redis'],
    SUPPORTED_CURRENCIES: ['euro', 'EUR,', 'EUR,XYZ', 'eur', ','],
    MAX_CASHBACK_PERCENTAGE: ['0', '101', '12.5'],
    DEFAULT_CONFIRMATION_DAYS: ['-1', '366', '1.5', 'never'],
    VELOCITY_PURCHASES_PER_USER_DAY: ['-1', '1001', 'many'],
    VELOCITY_TIMES_USER_USUAL: ['-1', '1001', '2.5'],
    VELOCITY_TIMES_MERCHANT_USUAL: ['-1', '1001', 'off'],
    VELOCITY_USERS_PER_ORDER: ['-1', '101', '1.5'],
    VELOCITY_FLOOR_AMOUNT: ['0', '99', '1000000001', '99.99'],
    MAX_PURCHASES_PER_BATCH: ['0', '1.5', '10001'],
    MAX_QUEUED_PURCHASES: ['0', 'NaN', 'Infinity'],
    SELF_REPORTS: ['accept', 'Hold'],
    MAX_EVENT_AGE_DAYS: ['-1', '3651', '1.5'],
    CEILING_AMOUNT: ['ten', '-1', '10.005', '10,JPY:1000'],
    CEILING_CASHBACK: ['ten', '-1', '10.005', '10,JPY:1000'],
    FOUR_EYES_ABOVE: ['none', 'OFF', '-1', '10.005', '10,JPY:1000', 'off,JPY:10'],
    PAYOUT_EMAIL_PROOF: ['yes', 'Required'],
    BANK_DETAILS_RETENTION_DAYS: ['0', '3651', '1.5'],
    PAYOUT_MINIMUM: ['ten', '-1', '1e1', '10.005', ',', '10,JPY:1000', '10,EUR', 'EUR:10', '12345678901'],
    PAYOUT_MONTHLY_LIMIT: ['none', '-1', '1000.001', '1000,XYZ:1', '1000,EUR:'],
    MAX_QUEUED_PAYOUTS: ['0', 'NaN', 'Infinity'],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      test(`refuses ${name}=${value.slice(0, 12)} in one sentence that names the variable`, () => {
        assert.throws(
          () => readConfig({ [name]: value }),
          (error: Error) => {
            assert.ok(error instanceof StartupError);
            assert.match(error.message, new RegExp(`^${name} must be .+\\.$`));
            assert.ok(!error.message.includes(SECRET), 'a secret is never repeated');
            return true;
          },
        );
      });
    }
  }

  test('has each of its numbers and choices refused when wrong, by the table above', () => {
    const anyText = [
      'HOST',
      'METRICS_HOST',
      'PUBLIC_URL',
      'PROGRAMME_NAME',
      'DATABASE_URL',
      'DATA_DIR',
      'ADMIN_PASSWORD_FILE',
      'MAIL_SUBJECT_PREFIX',
    ];
    assert.deepEqual([...Object.keys(wrong), ...anyText].sort(), Object.keys(SETTINGS).sort());
  });

  test('WEBHOOK_ALLOWED_NETWORKS is empty except in development, where it is this machine', () => {
    const read = (environment: NodeJS.ProcessEnv) => readConfig(environment).webhookAllowedNetworks;
    assert.deepEqual(read({ NODE_ENV: 'development' }), ['127.0.0.0/8', '::1']);
    assert.deepEqual(read({ NODE_ENV: 'test' }), []);
    assert.deepEqual(read({ WEBHOOK_ALLOWED_NETWORKS: '10.1.0.0/16, fd00::1' }), ['10.1.0.0/16', 'fd00::1']);
  });

  test('CORS_ORIGINS is a list of origins, as browsers send them', () => {
    assert.deepEqual(readConfig({}).corsOrigins, []);
    const value = 'https://app.example.com, http://localhost:5173';
    assert.deepEqual(readConfig({ CORS_ORIGINS: value }).corsOrigins, [
      'https://app.example.com',
      'http://localhost:5173',
    ]);
  });

  test('trusts no proxy, a number of hops, or networks', () => {
    assert.equal(readConfig({}).trustProxy, false);
    assert.equal(readConfig({ TRUST_PROXY: '2' }).trustProxy, 2);
    assert.deepEqual(readConfig({ TRUST_PROXY: '10.0.0.0/8, fd00::1' }).trustProxy, [
      '10.0.0.0/8',
      'fd00::1',
    ]);
  });

  test('refuses to trust every sender of X-Forwarded-For, and says why', () => {
    for (const TRUST_PROXY of ['true', '0.0.0.0/0', '10.0.0.0/8,::/0'])
      assert.throws(() => readConfig({ TRUST_PROXY }), /because a client could choose its own address/);
  });

  test('takes a variable that is set to nothing as one that is not set', () => {
    assert.equal(readConfig({ PORT: '', LOG_LEVEL: '  ' }).port, 8000);
  });

  const production = {
    NODE_ENV: 'production',
    JWT_KEYS: `k1:${SECRET}`,
    ENCRYPTION_KEYS: `k1:${ENCRYPTION_KEY}`,
  };
  for (const name of ['JWT_KEYS', 'ENCRYPTION_KEYS']) {
    test(`in production needs ${name}`, () => {
      assert.throws(
        () => readConfig({ ...production, [name]: undefined }),
        (error: Error) =>
          error instanceof StartupError && error.message.startsWith(`${name} must be set in production`),
      );
    });
  }

  test('loads demo data into the embedded database, into another one on request, and never in production', () => {
    const DATABASE_URL = 'postgres://a:b@localhost/x';
    assert.equal(readConfig({}).demoData, true);
    assert.equal(readConfig({ DEMO_DATA: 'false' }).demoData, false);
    assert.equal(readConfig({ DATABASE_URL }).demoData, false);
    assert.equal(readConfig({ DATABASE_URL, DEMO_DATA: 'true' }).demoData, true);
    assert.equal(readConfig({ ...production, DEMO_DATA: 'true' }).demoData, false);
  });

  test('requires a second factor of administrators in production, unless it says otherwise', () => {
    const modes = [{}, { NODE_ENV: 'test' }, production, { ...production, ADMIN_MFA: 'optional' }];
    const read = modes.map((environment) => readConfig(environment).adminMfa);
    assert.deepEqual(read, ['optional', 'optional', 'required', 'optional']);
    assert.equal(readConfig({ ADMIN_MFA: 'required' }).adminMfa, 'required');
  });

  test('sends mail through SMTP_URL, to a folder, or in production without it not at all', () => {
    const SMTP_URL = 'smtp://user%40example.com:p%3Ass@mail.example.com';
    const MAIL_FROM = 'Shop & Save <hello@example.com>';
    const { smtp, from, directory } = readConfig({ ...production, SMTP_URL, MAIL_FROM }).mail;
    assert.deepEqual(smtp, {
      host: 'mail.example.com',
      port: 587,
      secure: false,
      requireTLS: true,
      auth: { user: 'user@example.com', pass: 'p:ss' },
    });
    assert.deepEqual(from, { name: 'Shop & Save', address: 'hello@example.com' });
    assert.equal(directory, undefined);

    const { mail } = readConfig({ INIT_CWD: '/home/somebody', DATA_DIR: 'data' });
    assert.equal(mail.smtp, undefined);
    assert.equal(mail.directory, '/home/somebody/data/mail');
    assert.equal(readConfig({ ...production, DATA_DIR: 'data' }).mail.directory, undefined);
    assert.equal(readConfig({ NODE_ENV: 'test', DATA_DIR: 'data' }).mail.directory, undefined);
    const configured = [{}, { NODE_ENV: 'test' }, production, { ...production, SMTP_URL, MAIL_FROM }].map(
      (environment) => readConfig(environment).mail.isConfigured,
    );
    assert.deepEqual(configured, [true, true, false, true]);
  });

  test('requires STARTTLS of a mail server on another machine', () => {
    const requires = (SMTP_URL: string, SMTP_TLS?: string) =>
      readConfig({ SMTP_URL, SMTP_TLS }).mail.smtp?.requireTLS;
    assert.equal(requires('smtp://10.0.0.5:25'), true);
    assert.equal(requires('smtp://localhost:25'), false);
    assert.equal(requires('smtp://127.0.0.1:25'), false);
    assert.equal(requires('smtp://[::1]:25'), false);
    assert.equal(requires('smtp://localhost.example.com:25'), true);
    assert.equal(requires('smtp://localhost:25', 'required'), true);
    assert.equal(requires('smtp://10.0.0.5:25', 'optional'), false);
    const smtps = readConfig({ SMTP_URL: 'smtps://mail.example.com' }).mail.smtp;
    assert.deepEqual(smtps, { host: 'mail.example.com', port: 465, secure: true, requireTLS: false });
  });

  test('in production needs MAIL_FROM with SMTP_URL, and it alone is enough without a name', () => {
    const SMTP_URL = 'smtp://mail.example.com';
    assert.throws(
      () => readConfig({ ...production, SMTP_URL }),
      /^StartupError: MAIL_FROM must be set in production/,
    );
    const named = readConfig({ ...production, SMTP_URL, MAIL_FROM: 'hello@example.com' }).mail.from;
    assert.deepEqual(named, { name: 'ClickNBack', address: 'hello@example.com' });
  });

  const weak: Record<string, readonly string[]> = {
    JWT_KEYS: [
      'a'.repeat(64),
      'abcdefghij'.repeat(4),
      '0123456789abcdef0123456789abcdef',
      'abcdefghijklmnopqrstuvwxyz0123456789',
      'changemechangemechangemechangeme',
      'secret-secret-secret-secret-secret',
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    ],
    ENCRYPTION_KEYS: [
      Buffer.alloc(32).toString('base64'),
      Buffer.alloc(32, 'development').toString('base64'),
      Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64'),
    ],
  };
  for (const [name, secrets] of Object.entries(weak)) {
    for (const secret of secrets) {
      test(`in production refuses the weak secret ${secret.slice(0, 16)}… in ${name}`, () => {
        const environment = { ...production, [name]: `k1:${secret}` };
        assert.throws(
          () => readConfig(environment),
          (error: Error) =>
            error instanceof StartupError &&
            error.message === `${name} must be random in production: make a new "k1" with openssl rand.`,
        );
        assert.ok(readConfig({ ...environment, NODE_ENV: 'development' }));
      });
    }
  }

  test('in production takes random secrets of the least length', () => {
    for (let time = 0; time < 2_000; time += 1) {
      assert.ok(!isWeakSecret(randomBytes(16).toString('hex')));
      assert.ok(!isWeakSecret(randomBytes(32).toString('latin1')));
    }
  });

  test('in production refuses every secret that stands in this repository', () => {
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: PROJECT_DIRECTORY, encoding: 'utf8' })
      .split('\0')
      .filter((file) => /\.(md|ts|http|sql|yml|yaml|json|example)$|^deploy\//.test(file))
      .filter((file) => file !== 'package-lock.json' && existsSync(join(PROJECT_DIRECTORY, file)));
    // Long, with letters of both cases and digits, and neither a word, a UUID nor a signature (v1,…).
    const looksRandom = (text: string) =>
      /[a-z]/.test(text) &&
      /[A-Z]/.test(text) &&
      /\d/.test(text) &&
      !/[a-z]{8}|_[A-Z]|^[\da-fA-F]{8}-/.test(text);
    const accepted = files.flatMap((file) => {
      const text = readFileSync(join(PROJECT_DIRECTORY, file), 'utf8');
      const candidates = text.match(/(?<![\w+/=-]|v1,)[\w+/=-]{32,}(?![\w+/=-])/g) ?? [];
      return candidates
        .filter((candidate) => looksRandom(candidate) && !isWeakSecret(candidate))
        .map((candidate) => `${file}: ${candidate}`);
    });
    assert.deepEqual(accepted, []);
  });

  test('takes relative paths from where npm was called', () => {
    const config = readConfig({
      INIT_CWD: '/home/somebody',
      DATA_DIR: 'data',
      ADMIN_PASSWORD_FILE: '../password',
    });
    assert.equal(config.dataDirectory, '/home/somebody/data');
    assert.equal(config.adminPasswordFile, '/home/password');
    assert.equal(readConfig({ DATA_DIR: 'data' }).dataDirectory, join(process.cwd(), 'data'));
  });

  test('reads several encryption keys, the one that encrypts first', () => {
    const other = Buffer.alloc(32, 'other');
    const { encryptionKeys } = readConfig({
      ENCRYPTION_KEYS: `new:${ENCRYPTION_KEY}, old:${other.toString('base64')}`,
    });
    assert.deepEqual(encryptionKeys, [
      { id: 'new', key: Buffer.from(ENCRYPTION_KEY, 'base64') },
      { id: 'old', key: other },
    ]);
    assert.throws(
      () => readConfig({ ENCRYPTION_KEYS: `k:${ENCRYPTION_KEY},k:${ENCRYPTION_KEY}` }),
      StartupError,
    );
  });

  test('without ENCRYPTION_KEYS has one key that outlives a restart', () => {
    assert.deepEqual(readConfig({}).encryptionKeys, readConfig({}).encryptionKeys);
  });

  test('reads several keys, the signing one first, whose secrets may hold colons', () => {
    const { keys } = readConfig({ JWT_KEYS: `new:a:${SECRET}, old:${SECRET}` }).tokens;
    assert.deepEqual(keys, [
      { id: 'new', secret: `a:${SECRET}` },
      { id: 'old', secret: SECRET },
    ]);
  });

  test('refuses two keys of one id, of which only one could verify', () => {
    assert.throws(() => readConfig({ JWT_KEYS: `k:${SECRET},k:${'t'.repeat(32)}` }), StartupError);
  });

  test('without JWT_KEYS has a new random key at each start', () => {
    const secrets = [readConfig({}), readConfig({})].map(({ tokens }) => tokens.keys[0]?.secret);
    assert.equal(secrets[0]?.length, 64);
    assert.notEqual(secrets[0], secrets[1]);
  });

  test('reads several currencies, the default one first', () => {
    assert.deepEqual(readConfig({ SUPPORTED_CURRENCIES: 'USD, EUR,JPY' }).supportedCurrencies, [
      'USD',
      'EUR',
      'JPY',
    ]);
  });

  test('reads the bounds of payouts by currency, in the minor units of each', () => {
    const { minimum, monthly } = readConfig({
      SUPPORTED_CURRENCIES: 'EUR,JPY,KWD',
      PAYOUT_MINIMUM: '10.50, JPY:1500',
    }).payoutLimits;
    assert.deepEqual(
      [...minimum],
      [
        ['EUR', 1_050n],
        ['JPY', 1_500n],
        ['KWD', 10_500n],
      ],
    );
    assert.deepEqual(
      [...monthly],
      [
        ['EUR', 10_000_000n],
        ['JPY', 100_000n],
        ['KWD', 100_000_000n],
      ],
    );
  });

  test('refuses a bound that a currency cannot hold, unless it has one of its own', () => {
    const environment = { SUPPORTED_CURRENCIES: 'EUR,JPY', PAYOUT_MINIMUM: '10.50' };
    assert.throws(() => readConfig(environment), StartupError);
    assert.ok(readConfig({ ...environment, PAYOUT_MINIMUM: '10.50,JPY:1500' }));
  });

  test('names the address that people open, which follows host and port', () => {
    assert.equal(readConfig({ HOST: '127.0.0.1', PORT: '9000' }).publicUrl, 'http://127.0.0.1:9000');
    assert.equal(readConfig({ PUBLIC_URL: 'https://api.example.com' }).publicUrl, 'https://api.example.com');
  });

  test('reads every setting that is declared', () => {
    const read = new Set<string>();
    const environment = new Proxy<NodeJS.ProcessEnv>(
      {},
      {
        get: (_, name) => {
          read.add(String(name));
        },
      },
    );
    readConfig(environment);
    read.delete('INIT_CWD');
    assert.deepEqual([...read].sort(), Object.keys(SETTINGS).sort());
  });

  test('is documented: each setting has one line in docs/configuration.md', () => {
    const page = readFileSync(join(PROJECT_DIRECTORY, 'docs/configuration.md'), 'utf8');
    const names = [...page.matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm)].map(([, name]) => name);
    assert.deepEqual(names.sort(), Object.keys(SETTINGS).sort());
  });

  test('is the only reader of the environment', async () => {
    const { glob } = await import('node:fs/promises');
    const readers: string[] = [];
    for await (const file of glob('src/**/*.ts', { cwd: PROJECT_DIRECTORY })) {
      const source = readFileSync(join(PROJECT_DIRECTORY, file), 'utf8');
      // Handing the environment to readConfig, or on to a child process, reads no variable.
      if (/process\.env(\.|\[)/.test(source)) readers.push(file);
    }
    assert.deepEqual(readers, []);
  });
});
