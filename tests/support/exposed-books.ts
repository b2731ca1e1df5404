import assert from 'node:assert/strict';
import { openPartner } from './partners.ts';
import type { openPayoutDesk } from './payouts.ts';
import type { startTestPlatform } from './platform.ts';
import type { openShop } from './purchases-shop.ts';

type TestPlatform = Awaited<ReturnType<typeof startTestPlatform>>;

/** A partner under `daily_released` 9.00: what counts in the day, what waits, and what never leaves its queue. */
export async function keepExposure(
  platform: TestPlatform,
  shop: Awaited<ReturnType<typeof openShop>>,
  { rows }: Pick<Awaited<ReturnType<typeof openPayoutDesk>>, 'rows'>,
) {
  const { id: limited, token } = await openPartner(platform);
  const limit = async (daily_released: string) => {
    const body = { scope: 'partner', scope_id: limited, currency: 'EUR', daily_released };
    const answer = await platform.api('PUT', '/ceilings', { token: platform.admin.token, body });
    assert.equal(answer.status, 200);
  };
  const confirm = async (amount: string): Promise<string> => {
    const { id } = (await shop.report({ amount }, token)).body;
    await shop.confirm(id);
    return id;
  };

  await limit('5.00');
  const [counted, late] = [await confirm('100.00'), await confirm('40.00')];
  await shop.amend(late, { amount: '60.00' });
  await limit('9.00');
  assert.deepEqual(await platform.runJob('release-due'), [1]);
  await shop.amend(counted, { amount: '120.00' });
  const [waiting, dropped] = [await confirm('20.00'), await confirm('10.00')];
  await shop.reverse(dropped);
  const revisionOf = async (id: string) =>
    String((await rows(`select id from purchase_revisions where purchase_id = '${id}'`))[0]?.id);
  const [raise, while_waiting] = [await revisionOf(counted), await revisionOf(late)];
  return { limited, counted, late, waiting, dropped, raise, while_waiting };
}
