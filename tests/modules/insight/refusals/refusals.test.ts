import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSql } from '../../../support/database.ts';
import { openPartner } from '../../../support/partners.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { newOrder, openShop } from '../../../support/purchases-shop.ts';

/* From a refused report to its line in the list, with a real database. */

const platform = await startTestPlatform();
const { api, admin, passTime } = platform;
const shop = await openShop(platform);
const [network, other] = [await openPartner(platform), await openPartner(platform)];
const NOBODY = '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e';

async function refusals(query: Record<string, string> = {}) {
  await platform.platform.refusals.settle();
  const { status, body } = await api('GET', `/refusals?${new URLSearchParams(query)}`, {
    token: admin.token,
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body.data;
}

const summaries = async (query: Record<string, string>) =>
  (await refusals(query)).map(({ external_id, code }: Record<string, string>) => `${external_id} ${code}`);

describe('GET /refusals', () => {
  test('has single reports that a rule or their shape refused', async () => {
    const unknown = await shop.report({ external_id: 'gone', user_id: NOBODY }, network.token);
    const malformed = await shop.report({ external_id: 'torn', amount: '1.234' }, network.token);
    const unreadable = await api('POST', '/purchases', {
      token: network.token,
      body: '{"external_id": ',
      headers: { 'content-type': 'application/json' },
    });
    assert.deepEqual([unknown.status, malformed.status, unreadable.status], [422, 422, 422]);

    const [last, latest, first] = await refusals({ partner_id: network.id });
    assert.deepEqual([last.external_id, last.code], [null, 'VALIDATION_ERROR']);
    assert.deepEqual(
      [latest.external_id, latest.code, latest.details.violations[0].field],
      ['torn', 'VALIDATION_ERROR', 'amount'],
    );
    const { id: _, at, ...rest } = first;
    assert.equal(Temporal.Instant.from(at).epochMilliseconds, platform.now().epochMilliseconds);
    assert.deepEqual(rest, {
      partner_id: network.id,
      external_id: 'gone',
      code: 'USER_NOT_ELIGIBLE',
      message: unknown.body.error.message,
      details: unknown.body.error.details,
      request_id: unknown.headers['x-request-id'],
    });
    assert.equal((await refusals({ partner_id: network.id })).length, 3);
  });

  test('has the refused items of a batch, and neither accepted nor repeated ones', async () => {
    const known = newOrder();
    await shop.report({ external_id: known }, other.token);
    const answer = await api('POST', '/purchases/batch', {
      token: other.token,
      body: [
        shop.body({ external_id: 'sound' }),
        shop.body({ external_id: known }),
        shop.body({ external_id: 'gone-2', user_id: NOBODY }),
        shop.body({ external_id: 'torn-2', amount: '-5' }),
        17,
      ],
    });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.deepEqual(await summaries({ partner_id: other.id }), [
      'null VALIDATION_ERROR',
      'torn-2 VALIDATION_ERROR',
      'gone-2 USER_NOT_ELIGIBLE',
    ]);
  });

  test('has reports of partners alone', async () => {
    const before = (await refusals()).length;
    await shop.report({ user_id: NOBODY }, admin.token);
    await shop.report({ user_id: NOBODY }, shop.shopper.token);
    assert.equal((await refusals()).length, before);
  });

  test('finds them by order, code, partner and time', async () => {
    assert.deepEqual(await summaries({ external_id: ' gone-2' }), ['gone-2 USER_NOT_ELIGIBLE']);
    assert.deepEqual(await summaries({ code: 'USER_NOT_ELIGIBLE' }), [
      'gone-2 USER_NOT_ELIGIBLE',
      'gone USER_NOT_ELIGIBLE',
    ]);
    assert.deepEqual(await summaries({ code: 'USER_NOT_ELIGIBLE', partner_id: network.id }), [
      'gone USER_NOT_ELIGIBLE',
    ]);
    assert.deepEqual(await summaries({ from: platform.now().add({ seconds: 1 }).toString() }), []);
    assert.equal((await summaries({ to: platform.now().toString() })).length, 6);
  });
});

test('refusals and their counts are deleted after 30 days', async () => {
  const counts = () =>
    runSql(platform.database.url, 'select sum(refused)::int as refused from refusal_hours');
  assert.deepEqual(await counts(), [{ refused: 6 }]);
  await passTime({ hours: 24 * 29 });
  await platform.runJob('purge-refusals');
  assert.equal((await refusals()).length, 6);
  await passTime({ hours: 25 });
  await platform.runJob('purge-refusals');
  assert.deepEqual([await refusals(), await counts()], [[], [{ refused: null }]]);
});
