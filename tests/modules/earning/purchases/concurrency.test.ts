import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pLimit from 'p-limit';
import pg from 'pg';
import { DomainError } from '../../../../src/core/errors.ts';
import type { Outcome } from '../../../../src/core/outcome.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { adminActor } from '../../../support/purchases-builders.ts';
import { countRows, openShop, rowsOf, type Shop, startWorkers } from '../../../support/purchases-shop.ts';
import { until } from '../../../support/until.ts';

const CONNECTIONS = 20;
const platform = await startTestPlatform({
  maxConnections: CONNECTIONS,
  environment: { MAX_QUEUED_PURCHASES: '3' },
});
const { reportQueue } = platform.platform.modules.purchases.service;
const { ingest, settle, attempts } = startWorkers(platform, { maxConnections: CONNECTIONS });

/** `ok`, or the code of the refusal. */
function verdict(outcome: Outcome<unknown> | undefined): string {
  if (outcome === undefined) return 'unanswered';
  if (outcome.ok) return 'ok';
  return outcome.error instanceof DomainError ? outcome.error.code : String(outcome.error);
}

describe('concurrent purchases', () => {
  test('of one external id create exactly one reward, and all others are duplicates of it', async () => {
    const shop = await openShop(platform);
    const submission = shop.submission();

    const outcomes = (await Promise.all(Array.from({ length: 40 }, () => ingest([submission])))).flat();

    assert.deepEqual(Object.fromEntries(tally(outcomes.map(verdict))), { ok: 1, DUPLICATE_PURCHASE: 39 });
    const winner = outcomes.find((outcome) => outcome.ok)?.value.purchase.id;
    for (const outcome of outcomes) {
      if (outcome.ok) continue;
      const { details } = outcome.error as DomainError;
      assert.equal((details.purchase as { id: string }).id, winner);
    }
    assert.equal(await shop.balances(), '5.0000 / 0.0000 / 0.0000');
    assert.deepEqual(await shop.journal(), ['1 cashback_credit platform>pending 5.0000']);
  });

  test('of one user never exceed the cap, and use it up exactly', async () => {
    const shop = await openShop(platform, { monthly_cap: 100 });
    const submissions = Array.from({ length: 200 }, (_, index) =>
      shop.submission({ amount: BigInt(1_000 + index * 37) }),
    );
    // One for each connection: on a busy machine those behind would wait for theirs longer than the pool lets them.
    const limit = pLimit(CONNECTIONS);

    const outcomes = (await limit.map(submissions, (submission) => ingest([submission]))).flat();

    assert.deepEqual(Object.fromEntries(tally(outcomes.map(verdict))), { ok: 200 });
    const granted = outcomes.map((outcome) => (outcome.ok ? outcome.value.reward.amount : -1n));
    assert.equal(
      granted.reduce((sum, amount) => sum + amount, 0n),
      10_000n,
    );
    const [usage] = await rowsOf(
      platform,
      `select cap, used from cashback_cap_usage where user_id = '${shop.shopper.id}'`,
    );
    assert.deepEqual(usage, { cap: '100.0000', used: '100.0000' });
    assert.equal(await shop.balances(), '100.0000 / 0.0000 / 0.0000');
    assert.equal((await shop.journal()).length, granted.filter((amount) => amount > 0n).length);
  });

  test('of one user continue one journal without a gap, while earlier ones are confirmed and reversed', async () => {
    const shop = await openShop(platform);
    const actor = adminActor(platform.admin.id);
    const earlier = (await ingest(Array.from({ length: 40 }, () => shop.submission()))).map((outcome) => {
      assert.ok(outcome.ok);
      return outcome.value.purchase.id;
    });

    const outcomes = await Promise.all([
      ...Array.from({ length: 40 }, () => ingest([shop.submission()])),
      ...earlier.map((purchaseId, index) =>
        settle([
          index % 2 === 0
            ? { actor, purchaseId, to: 'confirmed' }
            : { actor, purchaseId, to: 'reversed', reason: 'returned' },
        ]),
      ),
    ]);

    assert.deepEqual(Object.fromEntries(tally(outcomes.flat().map(verdict))), { ok: 80 });
    assert.equal(await shop.balances(), '200.0000 / 100.0000 / 0.0000');
    const journal = await shop.journal();
    assert.deepEqual(
      journal.map((entry) => Number.parseInt(entry, 10)),
      Array.from({ length: 120 }, (_, index) => index + 1),
    );
  });

  for (const [title, offer] of [
    ['with', { monthly_cap: 1000 }],
    ['without', {}],
  ] as const) {
    test(`in lists of opposite order do not deadlock, ${title} a cap`, async () => {
      const shops = await Promise.all(Array.from({ length: 6 }, () => openShop(platform, offer)));
      const before = attempts();

      const outcomes = await Promise.all(
        Array.from({ length: 24 }, (_, round) => {
          const list = shops.map((shop) => shop.submission());
          return ingest(round % 2 === 0 ? list : list.reverse());
        }),
      );

      assert.deepEqual(Object.fromEntries(tally(outcomes.flat().map(verdict))), { ok: 144 });
      for (const shop of shops) assert.equal(await shop.balances(), '120.0000 / 0.0000 / 0.0000');
      assert.equal(attempts() - before, 24, 'a transaction was tried again, as after a deadlock');
    });
  }

  test('of the same external ids in lists of opposite order are rewarded once each, without a deadlock', async () => {
    const shop = await openShop(platform);
    const list = Array.from({ length: 12 }, () => shop.submission());
    const before = attempts();
    // Rows so slow that the lists are sure to meet in the middle.
    await rowsOf(
      platform,
      `create function take_a_while() returns trigger language plpgsql as $$
        begin perform pg_sleep(0.01); return new; end $$;
      create trigger slow before insert on purchases for each row execute function take_a_while()`,
    );

    const outcomes = await Promise.all([ingest(list), ingest(list.toReversed()), ingest(list)]);
    await rowsOf(platform, 'drop trigger slow on purchases');

    assert.deepEqual(Object.fromEntries(tally(outcomes.flat().map(verdict))), {
      ok: 12,
      DUPLICATE_PURCHASE: 24,
    });
    assert.equal(attempts() - before, 3, 'a transaction was tried again, as after a deadlock');
    assert.equal(await shop.balances(), '60.0000 / 0.0000 / 0.0000');
  });
});

describe('a list of purchases', () => {
  test('overtakes a busy wallet with those of others, but never its own order: of one external id the first wins', async () => {
    const [busy, rival, other] = await Promise.all([
      openShop(platform),
      openShop(platform),
      openShop(platform),
    ]);
    const { reportPurchases } = platform.platform.modules.purchases.client;
    await ingest([busy.submission()]);
    const blocker = new pg.Client({ connectionString: platform.database.url });
    await blocker.connect();
    await blocker.query(`begin; select from wallets where user_id = '${busy.shopper.id}' for update`);
    const externalId = 'of-two-shoppers';
    const blocked = reportPurchases([busy.submission()]);
    let waiting = 0;
    // The others are enough for a batch beside the blocked one.
    const answers = reportPurchases([
      busy.submission({ externalId }),
      rival.submission({ externalId }),
      ...Array.from({ length: 40 }, () => other.submission()),
    ]);
    try {
      await until(async () => {
        const recorded = await rowsOf(
          platform,
          `select from purchases where user_id = '${other.shopper.id}'`,
        );
        return recorded.length === 40 && reportQueue.inFlight() === 1;
      });
      waiting = reportQueue.queued();
    } finally {
      await blocker.query('commit');
      await blocker.end();
    }

    assert.equal(waiting, 2, 'what waits for the wallet, and what waits for the external id');
    assert.deepEqual((await blocked).map(verdict), ['ok']);
    assert.deepEqual((await answers).map(verdict), [
      'ok',
      'DUPLICATE_PURCHASE',
      ...Array.from({ length: 40 }, () => 'ok'),
    ]);
  });
});

describe('a purchase that waits for its wallet while somebody switches off', () => {
  const cases = [
    ['its offer', (shop: Shop) => `/offers/${shop.offerId}/status`, 'OFFER_NOT_AVAILABLE'],
    ['its merchant', (shop: Shop) => `/merchants/${shop.merchantId}/status`, 'MERCHANT_NOT_ELIGIBLE'],
    ['its user', (shop: Shop) => `/users/${shop.shopper.id}/status`, 'USER_NOT_ELIGIBLE'],
  ] as const;
  for (const [title, pathOf, code] of cases) {
    test(`${title} is not rewarded`, async () => {
      const shop = await openShop(platform);
      const { reportPurchases } = platform.platform.modules.purchases.client;
      const blocker = new pg.Client({ connectionString: platform.database.url });
      await blocker.connect();
      await blocker.query(`begin; select from wallets where user_id = '${shop.shopper.id}' for update`);
      const waiting = reportPurchases([shop.submission()]);
      try {
        await until(async () => {
          const { rows } = await blocker.query(
            'select from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))',
          );
          return rows.length > 0;
        });
        const { status } = await platform.api('PATCH', pathOf(shop), {
          token: platform.admin.token,
          body: { status: 'inactive' },
        });
        assert.equal(status, 200);
      } finally {
        await blocker.query('commit');
        await blocker.end();
      }

      assert.deepEqual((await waiting).map(verdict), [code]);
      assert.equal(await shop.balances(), '0.0000 / 0.0000 / 0.0000');
    });
  }
});

describe('concurrent settlements', () => {
  test('of one purchase: of confirmations exactly one wins', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();

    const outcomes = (
      await Promise.all(
        Array.from({ length: 20 }, () =>
          settle([{ actor: adminActor(platform.admin.id), purchaseId: id, to: 'confirmed' }]),
        ),
      )
    ).flat();

    assert.deepEqual(Object.fromEntries(tally(outcomes.map(verdict))), { ok: 1, PURCHASE_NOT_PENDING: 19 });
    assert.equal(await shop.balances(), '0.0000 / 5.0000 / 0.0000');
  });

  test('of one purchase: of reversals exactly one wins, and a confirmation comes before it or not at all', async () => {
    for (let round = 0; round < 15; round += 1) {
      const shop = await openShop(platform, { monthly_cap: 5 });
      const { id } = await shop.buy();
      const actor = adminActor(platform.admin.id);

      const [confirmed = 'unanswered', ...reversed] = (
        await Promise.all([
          settle([{ actor, purchaseId: id, to: 'confirmed' }]),
          settle([{ actor, purchaseId: id, to: 'reversed', reason: 'fraud' }]),
          settle([{ actor, purchaseId: id, to: 'reversed', reason: 'returned' }]),
        ])
      ).map(([outcome]) => verdict(outcome));

      assert.deepEqual(reversed.toSorted(), ['PURCHASE_ALREADY_REVERSED', 'ok']);
      assert.match(confirmed, /^(ok|PURCHASE_NOT_PENDING)$/);
      assert.equal(await shop.balances(), '0.0000 / 0.0000 / 0.0000');
      assert.deepEqual(
        await shop.journal(),
        confirmed === 'ok'
          ? [
              '1 cashback_credit platform>pending 5.0000',
              '2 cashback_confirmation pending>available 5.0000',
              '3 cashback_reversal available>platform 5.0000',
            ]
          : ['1 cashback_credit platform>pending 5.0000', '2 cashback_reversal pending>platform 5.0000'],
      );
      const [usage] = await rowsOf(
        platform,
        `select used from cashback_cap_usage where user_id = '${shop.shopper.id}'`,
      );
      assert.deepEqual(usage, { used: '0.0000' });
    }
  });

  test('of many purchases in lists of opposite order win once each', async () => {
    const shop = await openShop(platform);
    const recorded = await ingest(Array.from({ length: 12 }, () => shop.submission()));
    const orders = recorded.map((outcome) => {
      assert.ok(outcome.ok);
      return {
        actor: adminActor(platform.admin.id),
        purchaseId: outcome.value.purchase.id,
        to: 'confirmed' as const,
      };
    });

    const before = attempts();

    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, round) => settle(round % 2 === 0 ? orders : orders.toReversed())),
    );

    assert.deepEqual(Object.fromEntries(tally(outcomes.flat().map(verdict))), {
      ok: 12,
      PURCHASE_NOT_PENDING: 108,
    });
    assert.equal(attempts() - before, 10, 'a transaction was tried again, as after a deadlock');
    assert.equal(await shop.balances(), '0.0000 / 60.0000 / 0.0000');
  });

  test('of one purchase in one list are taken in their order', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    const order = { actor: adminActor(platform.admin.id), purchaseId: id } as const;

    const outcomes = await settle([
      { ...order, to: 'confirmed' },
      { ...order, to: 'confirmed' },
      { ...order, to: 'reversed', reason: 'fraud' },
      { ...order, to: 'reversed', reason: 'fraud' },
    ]);

    assert.deepEqual(outcomes.map(verdict), [
      'ok',
      'PURCHASE_NOT_PENDING',
      'ok',
      'PURCHASE_ALREADY_REVERSED',
    ]);
    assert.equal((await shop.journal()).length, 3);
  });
});

describe('a poisonous purchase', () => {
  test('fails alone, and its neighbours in the batch are recorded', async () => {
    const shop = await openShop(platform);
    await rowsOf(
      platform,
      `create function raise_on_poison() returns trigger language plpgsql as $$
        begin
          if new.external_id = 'poison' then raise exception 'the secret of the poison'; end if;
          return new;
        end $$;
      create trigger poison before insert on purchases for each row execute function raise_on_poison()`,
    );
    const ids = ['before-poison', 'poison', 'after-poison'];

    const answer = await platform.api('POST', '/purchases/batch', {
      token: platform.admin.token,
      body: ids.map((external_id) => shop.body({ external_id })),
    });
    await rowsOf(platform, 'drop trigger poison on purchases');

    assert.equal(answer.status, 200);
    const [before, poison, next] = answer.body.results;
    assert.deepEqual([before.status, poison.status, next.status], [201, 500, 201]);
    assert.equal(poison.external_id, 'poison');
    assert.equal(poison.error.code, 'INTERNAL_ERROR');
    assert.equal(poison.error.details.request_id, answer.headers['x-request-id']);
    assert.doesNotMatch(JSON.stringify(answer.body), /secret/);
    assert.deepEqual(answer.body.summary, { total: 3, accepted: 2, duplicates: 0, refused: 1 });
    const recorded = await rowsOf(
      platform,
      `select external_id from purchases where user_id = '${shop.shopper.id}' order by id`,
    );
    assert.deepEqual(
      recorded.map(({ external_id }) => external_id),
      ['before-poison', 'after-poison'],
    );
    assert.equal(await shop.balances(), '10.0000 / 0.0000 / 0.0000');
  });
});

describe('a full queue', () => {
  test('is answered 503 OVERLOADED with Retry-After, writes nothing, and takes purchases again when it is empty', async () => {
    const shop = await openShop(platform);
    const blocker = new pg.Client({ connectionString: platform.database.url });
    await blocker.connect();
    await blocker.query('begin; lock table purchases in exclusive mode');
    const accepted: Promise<{ status: number }>[] = [];
    try {
      accepted.push(shop.report());
      await until(() => reportQueue.inFlight() === 1);
      for (let waiting = 1; waiting <= 3; waiting += 1) {
        accepted.push(shop.report());
        await until(() => reportQueue.queued() === waiting);
      }

      const refused = await shop.report({ external_id: 'one-too-many' });

      assert.equal(refused.status, 503);
      assert.equal(refused.body.error.code, 'OVERLOADED');
      assert.equal(refused.headers['retry-after'], '1');
    } finally {
      await blocker.query('commit');
      await blocker.end();
    }
    for (const answer of await Promise.all(accepted)) assert.equal(answer.status, 201);
    const written = await rowsOf(platform, "select from purchases where external_id = 'one-too-many'");
    assert.equal(written.length, 0);
    const again = await shop.report({ external_id: 'one-too-many' });
    assert.equal(again.status, 201);
    assert.equal(await shop.balances(), '25.0000 / 0.0000 / 0.0000');
  });
});

test('after all of this the books are right, and every reward has its entry', async () => {
  const report = await verifyLedger(platform.database);

  assert.deepEqual(report.faults, []);
  assert.equal(report.faultCount, 0);
  const counts = await countRows(platform);
  assert.equal(counts.purchases, counts.rewards);
});

function tally(words: readonly string[]): Map<string, number> {
  return words.reduce((counts, word) => counts.set(word, (counts.get(word) ?? 0) + 1), new Map());
}
