import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { PROJECT_DIRECTORY } from '../../src/config.ts';

/** Whose tables are whose: nobody else writes them. A new table is entered here with its migration. */
const OWNERS: Readonly<Record<string, string>> = {
  users: 'users',
  sessions: 'auth',
  refresh_tokens: 'auth',
  password_resets: 'auth',
  password_reset_requests: 'auth',
  email_proofs: 'auth',
  login_budgets: 'auth',
  second_factors: 'auth',
  recovery_codes: 'auth',
  merchants: 'merchants',
  offers: 'offers',
  partners: 'partners',
  partner_keys: 'partners',
  partner_messages: 'partners',
  purchases: 'purchases',
  purchase_details: 'purchases',
  purchase_revisions: 'purchases',
  purchase_witnesses: 'purchases',
  purchase_holds: 'fraud',
  ceilings: 'fraud',
  exposure_days: 'fraud',
  exposure_entries: 'fraud',
  cashback_transactions: 'cashback',
  cashback_cap_usage: 'cashback',
  wallets: 'wallets',
  wallet_entries: 'wallets',
  adjustments: 'wallets',
  adjustment_decisions: 'wallets',
  feature_flags: 'feature-flags',
  payouts: 'payouts',
  idempotency_keys: 'idempotency',
  mails: 'mail',
  notification_settings: 'notifications',
  audit_logs: 'events',
  event_consumers: 'events',
  audit_seals: 'proof',
  book_proofs: 'proof',
  report_days: 'reports',
  report_merchants: 'reports',
  report_overdue: 'reports',
  report_partners: 'reports',
  report_progress: 'reports',
  report_states: 'reports',
  refusals: 'refusals',
  refusal_hours: 'refusals',
  webhook_endpoints: 'webhooks',
  webhook_deliveries: 'webhooks',
  production_mark: 'core',
};

const WRITES = [
  /\b(?:insertInto|updateTable|deleteFrom|mergeInto|replaceInto)\(\s*['"`](\w+)/g,
  /\bbulk(?:Insert|Update)(?:<[^(]*>)?\(\s*'(\w+)'/g,
  /\binsert\s+into\s+(\w+)/gi,
  /\bupdate\s+(?:only\s+)?(\w+)(?:\s+as\s+\w+|\s+\w+)?\s+set\b/gi,
  /\bdelete\s+from\s+(?:only\s+)?(\w+)/gi,
  /\btruncate\s+(?:table\s+)?(\w+)/gi,
  /\bmerge\s+into\s+(\w+)/gi,
];

const sources = globSync('src/**/*.ts', { cwd: PROJECT_DIRECTORY })
  .filter((file) => !file.endsWith('.generated.ts'))
  .map((file) => {
    const text = readFileSync(join(PROJECT_DIRECTORY, file), 'utf8');
    return { file, text, code: withoutComments(text) };
  });

const writes = sources.flatMap(({ file, code }) =>
  WRITES.flatMap((pattern) => [...code.matchAll(pattern)].map(([, table = '']) => ({ file, table }))),
);

describe('the tables', () => {
  test('are all owned by a module', () => {
    const created = globSync('migrations/*.sql', { cwd: PROJECT_DIRECTORY }).flatMap((file) =>
      [...readFileSync(join(PROJECT_DIRECTORY, file), 'utf8').matchAll(/^create table (\w+)/gm)].map(
        ([, table = '']) => table,
      ),
    );
    assert.deepEqual(created.sort(), Object.keys(OWNERS).sort());
  });

  for (const [table, owner] of Object.entries(OWNERS)) {
    test(`${table} is written by the repositories of ${owner} alone`, () => {
      const writers = [...new Set(writes.filter((write) => write.table === table).map(({ file }) => file))];
      assert.ok(
        writers.length > 0,
        'a table that nobody writes, or a way of writing that this test does not know',
      );
      for (const file of writers)
        assert.match(
          file,
          owner === 'core'
            ? /^src\/core\/database\/[\w-]+\.ts$/
            : new RegExp(`^src/modules/[\\w-]+/${owner}/[\\w-]*repository\\.ts$`),
        );
    });
  }

  test('are the only things that are written', () => {
    const unknown = writes.filter(({ table }) => !(table in OWNERS));
    assert.deepEqual(unknown, []);
  });
});

describe('SQL', () => {
  test('stands in repositories and in the core of the database alone', () => {
    const others = sources.filter(
      ({ file, code }) =>
        /\bsql(?:<[^`]*>)?`/.test(code) &&
        !/repository\.ts$/.test(file) &&
        !/^src\/core\/database\//.test(file),
    );
    assert.deepEqual(
      others.map(({ file }) => file),
      [],
    );
  });
});

describe('the core', () => {
  const BUSINESS = /purchase|merchant|cashback|wallet|payout|offer|reward|shopper|partner/gi;
  /** One kind of caller has this name in the API: in `access`, refusals and log lines. */
  const CALLERS = /^src\/core\/(?:caller|http\/(?:authentication|body|openapi|route|server))\.ts$/;

  test('knows no word of the business, not even in comments', () => {
    const words = sources
      .filter(({ file }) => file.startsWith('src/core/'))
      .flatMap(({ file, text }) => [...text.matchAll(BUSINESS)].map(([word]) => ({ file, word })))
      .filter(({ file, word }) => !(CALLERS.test(file) && /^partner$/i.test(word)));
    assert.deepEqual(words, []);
  });
});

describe('a transaction', () => {
  test('is begun in the core of the database alone', () => {
    const others = sources.filter(
      ({ file, code }) =>
        !file.startsWith('src/core/database/') &&
        // The lock on the data directory is a SQLite file.
        file !== 'src/embedded-postgres/ownership.ts' &&
        /\.(?:transaction|startTransaction)\(\)|['"`]\s*(?:begin|start transaction)\b/.test(code),
    );
    assert.deepEqual(
      others.map(({ file }) => file),
      [],
    );
  });
});

describe('HTTP', () => {
  test('is no word of services, policies, models and repositories', () => {
    const inner = sources.filter(({ file }) =>
      /modules\/[\w-]+\/[\w-]+\/(service|policies|model|[\w-]*repository)\.ts$/.test(file),
    );
    assert.ok(inner.length > 20);
    const talkers = inner.filter(
      ({ code }) => /from 'fastify'|core\/http\//.test(code) || /\b(?:reply|statusCode)\b/.test(code),
    );
    assert.deepEqual(
      talkers.map(({ file }) => file),
      [],
    );
  });

  test('has its status numbers in one table: no route answers an error by number', () => {
    const routes = sources.filter(({ file }) => /modules\/.+routes\.ts$/.test(file));
    for (const { file, code } of routes) assert.doesNotMatch(code, /\.code\([45]\d\d\)/, file);
  });
});

describe('time and chance', () => {
  test('come to modules by the clock and by newId, so that tests choose them', () => {
    const readers = sources.filter(
      ({ file, code }) =>
        file.startsWith('src/modules/') && /\bDate\.now\(|new Date\(|Temporal\.Now|Math\.random\(/.test(code),
    );
    assert.deepEqual(
      readers.map(({ file }) => file),
      [],
    );
  });
});

describe('a service, routes or policies', () => {
  const required = sources.filter(({ file }) =>
    /^src\/modules\/.*\/(?:service|[\w-]*routes|policies)\.ts$/.test(file),
  );

  test('are in every module', () => assert.ok(required.length > 30));

  for (const { file } of required) {
    const unitTest = file.replace(/^src\//, 'tests/').replace(/\.ts$/, '.unit.test.ts');
    test(`has ${unitTest}`, () => assert.ok(existsSync(join(PROJECT_DIRECTORY, unitTest))));
  }
});

describe('a unit test', () => {
  const files = globSync('tests/**/*.unit.test.ts', { cwd: PROJECT_DIRECTORY });
  const NEEDS_DATABASE = ['tests/support/database.ts', 'tests/support/platform.ts', 'src/app.ts'];

  test('loads neither the test database nor the whole platform, not even through others', () => {
    assert.ok(files.length > 20);
    const loading = files.flatMap((file) => {
      const loaded = filesLoadedBy(file);
      return NEEDS_DATABASE.filter((needed) => loaded.has(needed)).map((needed) => ({ file, needed }));
    });
    assert.deepEqual(loading, []);
  });
});

/** The file and the files of the project that it imports, directly or not. Imports of types load nothing. */
function filesLoadedBy(file: string, loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  const text = withoutComments(readFileSync(join(PROJECT_DIRECTORY, file), 'utf8'));
  for (const [, clause = '', path = ''] of text.matchAll(LOCAL_IMPORT)) {
    if (!clause.trimStart().startsWith('type ')) filesLoadedBy(join(dirname(file), path), loaded);
  }
  return loaded;
}

const LOCAL_IMPORT = /^(?:import|export)\b([^;'"]*?)(?:from\s+)?['"](\.[^'"]+\.ts)['"]/gm;

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}
