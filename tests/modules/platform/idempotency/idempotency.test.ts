import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import { pino } from 'pino';
import { createPlatform } from '../../../../src/app.ts';
import { type Database, openDatabase } from '../../../../src/core/database/index.ts';
import { OutcomeUnknown, overloaded } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import { onlyValue } from '../../../../src/core/outcome.ts';
import { insufficientBalance } from '../../../../src/modules/money/wallets/index.ts';
import { idempotencyModule } from '../../../../src/modules/platform/idempotency/index.ts';
import { runSql } from '../../../support/database.ts';
import { inject } from '../../../support/inject.ts';
import { fundWallet, openPayoutDesk } from '../../../support/payouts.ts';
import { payoutBody } from '../../../support/payouts-builders.ts';
import { type Answer, startTestPlatform } from '../../../support/platform.ts';
import { until } from '../../../support/until.ts';

const platform = await startTestPlatform();
const { database, clock, config } = platform;
const { client: idempotency } = idempotencyModule(
  { database, clock },
  { encryptionKeys: config.encryptionKeys },
);

function assertRefused(answer: Answer, status: number, code: string, reason?: string): void {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.equal(answer.body.error.code, code);
  if (reason !== undefined) assert.equal(answer.body.error.details.reason, reason);
}

const isReplay = ({ headers }: Answer) => headers['idempotency-replayed'] === 'true';

describe('a request with an idempotency key', () => {
  test('is answered as usual, and a repeat identically, with one effect', async () => {
    const desk = await openPayoutDesk(platform);

    const first = await desk.request({}, { key: 'k1' });
    const again = await desk.request({}, { key: 'k1' });

    assert.equal(first.status, 201, JSON.stringify(first.body));
    assert.equal(isReplay(first), false);
    assert.equal(again.status, 201);
    assert.equal(isReplay(again), true);
    assert.deepEqual(again.body, first.body);
    assert.equal(await desk.balances(), '0.0000 / 90.0000 / 10.0000');
    assert.deepEqual(await desk.audited(), ['payout.requested user 10.00 EUR']);
  });

  test('is answered as the first one was, whatever has become of the payout since', async () => {
    const desk = await openPayoutDesk(platform);
    const first = await desk.request({}, { key: 'k1' });
    await desk.process(first.body.id, { status: 'completed', external_reference: 'SEPA-1' });

    const again = await desk.request({}, { key: 'k1' });

    assert.deepEqual([again.status, again.body], [201, first.body]);
    assert.equal(again.body.status, 'requested');
  });

  test('that says the same in other words is the same', async () => {
    const desk = await openPayoutDesk(platform);
    const first = await desk.request({}, { key: 'k1' });
    const details = { account_holder: ' Erika Mustermann ', iban: 'de89 3704 0044 0532 0130 00' };

    const again = await desk.request({ details, amount: 10, currency: 'EUR' }, { key: 'k1' });

    assert.deepEqual([again.status, again.body], [201, first.body]);
  });

  for (const [title, fields] of [
    ['amount', { amount: '10.01' }],
    ['IBAN', { details: { iban: 'DE02120300000000202051', account_holder: 'Erika Mustermann' } }],
    ['account holder', { details: { iban: 'DE89370400440532013000', account_holder: 'Max Mustermann' } }],
  ] as const) {
    test(`that has another ${title} answers 409, and does nothing`, async () => {
      const desk = await openPayoutDesk(platform);
      await desk.request({}, { key: 'k1' });

      const other = await desk.request(fields, { key: 'k1' });

      assertRefused(other, 409, 'IDEMPOTENCY_KEY_REUSED', 'different_request');
      assert.equal(isReplay(other), false);
      assert.equal(await desk.balances(), '0.0000 / 90.0000 / 10.0000');
    });
  }

  test('of somebody else with the same key is another request', async () => {
    const [desk, other] = [await openPayoutDesk(platform), await openPayoutDesk(platform)];

    const [first, second] = [
      await desk.request({}, { key: 'shared' }),
      await other.request({}, { key: 'shared' }),
    ];

    assert.deepEqual([first.status, second.status], [201, 201]);
    assert.notEqual(first.body.id, second.body.id);
    assert.equal(await other.balances(), '0.0000 / 90.0000 / 10.0000');
  });

  test('that was refused is refused again, although it would succeed now', async () => {
    const desk = await openPayoutDesk(platform, 5_00n);
    const first = await desk.request({}, { key: 'k1' });
    await fundWallet(platform, desk.user.id, 50_00n);

    const again = await desk.request({}, { key: 'k1' });
    const withAnotherKey = await desk.request({}, { key: 'k2' });

    assertRefused(first, 409, 'INSUFFICIENT_BALANCE');
    assert.equal(isReplay(first), false);
    assert.deepEqual([again.status, again.body], [409, first.body]);
    assert.equal(isReplay(again), true);
    assert.equal(JSON.stringify(again.body), JSON.stringify(first.body), 'in the same order too');
    assert.equal(withAnotherKey.status, 201);
  });

  test('that is malformed leaves the key free', async () => {
    const desk = await openPayoutDesk(platform);
    assertRefused(await desk.request({ amount: '-1' }, { key: 'k1' }), 422, 'VALIDATION_ERROR');
    assert.equal((await desk.request({}, { key: 'k1' })).status, 201);
  });

  test('without a key is done as often as it comes', async () => {
    const desk = await openPayoutDesk(platform);
    const [first, second] = [await desk.request(), await desk.request()];
    assert.notEqual(first.body.id, second.body.id);
    assert.equal(await desk.balances(), '0.0000 / 80.0000 / 20.0000');
  });

  test('may have a key of quotes, commas and braces, or of 255 characters', async () => {
    const desk = await openPayoutDesk(platform);
    for (const key of ['{"a",\\\'b\'}', '~'.repeat(255)]) {
      const first = await desk.request({}, { key });
      assert.equal(first.status, 201, JSON.stringify(first.body));
      assert.deepEqual((await desk.request({}, { key })).body, first.body);
    }
  });
});

describe('while a request is under way', () => {
  test('a repeat waits for it and gets its answer; another request with its key is refused', async () => {
    const desk = await openPayoutDesk(platform);
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    try {
      await holder.query('begin');
      await holder.query('select 1 from wallets where user_id = $1 for update', [desk.user.id]);
      const first = desk.request({}, { key: 'k1' });
      await waitingForLock(holder);
      const repeat = desk.request({}, { key: 'k1' });
      const other = desk.request({ amount: '11.00' }, { key: 'k1' });
      await waitingForKey();

      await holder.query('rollback');

      const { status, body } = await first;
      assert.equal(status, 201);
      const repeated = await repeat;
      assert.deepEqual([repeated.status, repeated.body, isReplay(repeated)], [201, body, true]);
      assertRefused(await other, 409, 'IDEMPOTENCY_KEY_REUSED', 'different_request');
      assert.equal(await desk.balances(), '0.0000 / 90.0000 / 10.0000');
    } finally {
      await holder.end();
    }
  });

  test('a repeat that has waited for a first without an answer is done in its place', async () => {
    const desk = await openPayoutDesk(platform);
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    try {
      await holder.query('begin');
      await holder.query('select 1 from wallets where user_id = $1 for update', [desk.user.id]);
      const first = desk.request({}, { key: 'k1' });
      const firstPid = await waitingForLock(holder);
      const repeat = desk.request({}, { key: 'k1' });
      await waitingForKey();

      await holder.query('select pg_terminate_backend($1)', [firstPid]);
      assertRefused(await first, 503, 'SERVICE_UNAVAILABLE');
      await holder.query('rollback');

      const done = await repeat;
      assert.deepEqual([done.status, isReplay(done)], [201, false]);
      assert.equal(await desk.balances(), '0.0000 / 90.0000 / 10.0000');
    } finally {
      await holder.end();
    }
  });

  test('a repeat that has waited long enough gets a code of its own, and is done when it comes again', async () => {
    const desk = await openPayoutDesk(platform);
    const impatient = await impatientPlatform();
    const first = new pg.Client({ connectionString: database.url });
    await first.connect();
    try {
      await first.query('begin');
      await first.query('select pg_advisory_xact_lock(hashtextextended($1, 7226413508))', [
        `${desk.user.id}\nk1`,
      ]);
      const repeat = () => impatient.request(desk.user.token, 'k1');

      const early = await repeat();

      assertRefused(early, 409, 'IDEMPOTENCY_IN_PROGRESS');
      assert.equal(early.headers['retry-after'], '1');
      assert.equal(await desk.balances(), '0.0000 / 100.0000 / 0.0000');
      await first.query('rollback');
      assert.equal((await repeat()).status, 201);
    } finally {
      await first.end();
      await impatient.close();
    }
  });

  test('fifty posts of one key are one payout with one answer, whether they travel apart or together', async () => {
    const desk = await openPayoutDesk(platform);
    const post = () => desk.request({}, { key: 'k1' });

    const answers = await Promise.all(Array.from({ length: 50 }, post));

    for (const { status, body } of answers) assert.deepEqual([status, body], [201, answers[0]?.body]);
    assert.equal(answers.filter((answer) => !isReplay(answer)).length, 1);
    assert.equal(await desk.balances(), '0.0000 / 90.0000 / 10.0000');
    assert.deepEqual(await desk.journal(), ['payout available>paid 10.0000']);
  });

  test('many keys fifty times each are one payout each', async () => {
    const desk = await openPayoutDesk(platform, 500_00n);
    const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
    const posts = keys.flatMap((key) => Array.from({ length: 50 }, () => key));
    /** As a client does: these ask for a repeat. A slow machine answers some of a thousand requests so. */
    const post = async (key: string): Promise<Answer> => {
      const answer = await desk.request({}, { key });
      const isBusy = answer.status === 503 || answer.body.error?.code === 'IDEMPOTENCY_IN_PROGRESS';
      return isBusy ? post(key) : answer;
    };

    const answers = await Promise.all(posts.map(post));

    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal(answers.filter((answer) => !isReplay(answer)).length, 20);
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 20);
    assert.equal(await desk.balances(), '0.0000 / 300.0000 / 200.0000');
  });
});

/** The same platform in a process that waits for a lock half a second only. */
async function impatientPlatform() {
  const impatient = openDatabase({
    url: database.url,
    maxConnections: 2,
    timeout_ms: 1_000,
    onLostConnection: () => undefined,
  });
  const { server, close } = await createPlatform({
    config,
    database: impatient,
    clock,
    logger: pino({ level: 'silent' }),
  });
  return {
    request: (token: string, key: string) =>
      inject(server, 'POST', '/users/me/payouts', {
        token,
        headers: { 'idempotency-key': key },
        body: payoutBody(),
      }),
    close: async () => {
      await close();
      await impatient.close();
    },
  };
}

describe('a request whose answer got lost', () => {
  /** The same platform in a process whose connection breaks as the answer to COMMIT should come. */
  async function platformThatLosesAnswers() {
    let isLosing = true;
    const losing: Database = {
      ...database,
      transaction: async (work) => {
        const result = await database.transaction(work);
        if (isLosing) throw new OutcomeUnknown(new Error('read ECONNRESET'));
        return result;
      },
    };
    const losingPlatform = await createPlatform({
      config,
      database: { ...losing, url: database.url },
      clock,
      logger: pino({ level: 'silent' }),
    });
    const request = (token: string, key: string) =>
      losingPlatform.server.inject({
        method: 'POST',
        url: '/api/v1/users/me/payouts',
        headers: { authorization: `Bearer ${token}`, 'idempotency-key': key },
        payload: payoutBody(),
      });
    const heal = () => {
      isLosing = false;
    };
    return { request, heal, close: losingPlatform.close };
  }

  test('after COMMIT was done, and is repeated with the answer that it would have had', async () => {
    const desk = await openPayoutDesk(platform);
    const { request, heal, close } = await platformThatLosesAnswers();

    const lost = await request(desk.user.token, 'k1');
    heal();
    const again = await request(desk.user.token, 'k1');

    assert.deepEqual([lost.statusCode, lost.json().error.code], [503, 'SERVICE_UNAVAILABLE']);
    assert.equal(lost.json().error.details.outcome, 'unknown');
    assert.deepEqual([again.statusCode, again.headers['idempotency-replayed']], [201, 'true']);
    const [payout] = await desk.rows(`select id from payouts where user_id = '${desk.user.id}'`);
    assert.equal(again.json().id, payout?.id);
    assert.equal(await desk.balances(), '0.0000 / 90.0000 / 10.0000');
    await close();
  });

  test('before COMMIT was not done, and is done when it is repeated', async () => {
    const desk = await openPayoutDesk(platform);
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('begin');
    await holder.query('select 1 from wallets where user_id = $1 for update', [desk.user.id]);
    const first = desk.request({}, { key: 'k1' });
    const firstPid = await waitingForLock(holder);
    await holder.query('select pg_terminate_backend($1)', [firstPid]);
    assertRefused(await first, 503, 'SERVICE_UNAVAILABLE');
    await holder.end();

    const again = await desk.request({}, { key: 'k1' });

    assert.equal(again.status, 201);
    assert.equal(isReplay(again), false);
    assert.equal(await desk.balances(), '0.0000 / 90.0000 / 10.0000');
  });
});

describe('the work of a key', () => {
  const aRequest = (fields: object = {}) => ({
    callerId: newId(),
    key: 'k1',
    operation: 'thing.do',
    content: { a: '1', b: ['2', null] },
    ...fields,
  });
  const keys = () =>
    database.db.selectFrom('idempotency_keys').select(['key', 'outcome']).orderBy('created_at').execute();

  test('that is refused leaves nothing behind but the refusal', async () => {
    const desk = await openPayoutDesk(platform, 0n);
    const request = aRequest({ callerId: desk.user.id });
    const refusal = insufficientBalance({
      available_balance: '0.00',
      pending_balance: '0.00',
      requested_amount: '1.00',
      currency: 'EUR',
    });
    const work = (trx: Parameters<typeof idempotency.once>[0]) =>
      idempotency.once(trx, request, async () => {
        await trx
          .updateTable('users')
          .set({ email: `changed-${desk.user.id}@example.com` })
          .where('id', '=', desk.user.id)
          .execute();
        throw refusal;
      });

    const outcome = await database.transaction(work);
    const again = await database.transaction(work);

    for (const { ok, error } of [outcome, again] as { ok: boolean; error: typeof refusal }[]) {
      assert.equal(ok, false);
      assert.deepEqual(
        [error.kind, error.code, error.message, error.details],
        [refusal.kind, refusal.code, refusal.message, refusal.details],
      );
    }
    const [user] = await desk.rows(`select email from users where id = '${desk.user.id}'`);
    assert.equal(user?.email, desk.user.email);
  });

  test('that fails for our reasons frees the key with everything else', async () => {
    for (const failure of [new Error('out of order'), overloaded()]) {
      const request = aRequest();
      let runs = 0;
      const run = (error?: Error) =>
        database.transaction((trx) =>
          idempotency.once(trx, request, async () => {
            runs += 1;
            if (error !== undefined) throw error;
            return 'done';
          }),
        );
      const before = (await keys()).length;

      await assert.rejects(run(failure), failure);

      assert.equal((await keys()).length, before);
      assert.deepEqual(onlyValue([await run()]), { answer: 'done', replayed: false });
      assert.deepEqual(onlyValue([await run()]), { answer: 'done', replayed: true });
      assert.equal(runs, 2);
    }
  });

  test('is done again after a deadlock, as if the first try had not been', async () => {
    const request = aRequest();
    let runs = 0;
    const run = () =>
      database.transaction((trx) =>
        idempotency.once(trx, request, async () => {
          runs += 1;
          if (runs === 1) {
            await sql`do $$ begin raise exception 'deadlock' using errcode = '40P01'; end $$`.execute(trx);
          }
          return runs;
        }),
      );
    assert.deepEqual(onlyValue([await run()]), { answer: 2, replayed: false });
    assert.deepEqual(onlyValue([await run()]), { answer: 2, replayed: true });
    assert.equal(runs, 2);
  });
});

describe('old keys', () => {
  test('are forgotten after a day by a job, and not before', async () => {
    const desk = await openPayoutDesk(platform);
    const left = async () => {
      const rows = await desk.rows(
        `select key from idempotency_keys where caller_id = '${desk.user.id}' order by key`,
      );
      return rows.map(({ key }) => key);
    };
    const purge = () => platform.runJob('purge-idempotency-keys');
    clock.advance({ hours: -48 });
    for (const key of ['a', 'b', 'c']) {
      const request = { callerId: desk.user.id, key, operation: 'thing.do', content: null };
      await database.transaction((trx) => idempotency.once(trx, request, async () => null));
      clock.advance({ seconds: 1 });
    }
    clock.advance({ hours: 24 });
    clock.advance({ seconds: -2 });

    await purge();
    const afterADay = await left();
    clock.advance({ seconds: 1 });
    await purge();

    assert.deepEqual(afterADay, ['b', 'c']);
    assert.deepEqual(await left(), ['c']);
    clock.advance({ hours: 24 });
    clock.advance({ seconds: -2 });
  });
});

/** Until a request waits for the key of another one. */
async function waitingForKey(): Promise<void> {
  await until(async () => {
    const waiting = await runSql(
      database.url,
      `select 1 from pg_locks where locktype = 'advisory' and not granted
       and database = (select oid from pg_database where datname = current_database())`,
    );
    return waiting.length > 0;
  });
}

/** Resolves with the process id of the connection that waits for a lock of `holder`. */
async function waitingForLock(holder: pg.Client): Promise<number> {
  for (;;) {
    const { rows } = await holder.query<{ pid: number }>(
      'select pid from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))',
    );
    if (rows[0] !== undefined) return rows[0].pid;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
