import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { fraudDesk } from '../../../support/fraud-desk.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { rowsOf } from '../../../support/purchases-shop.ts';

/*
 * What the database refuses by itself: statements run straight at it.
 */

const platform = await startTestPlatform();
const desk = fraudDesk(platform);
let held: string;
let released: string;
let free: string;

before(async () => {
  const { id, shopper } = await desk.buyHeld();
  held = id;
  released = (await desk.buyHeld()).id;
  await desk.release(released);
  const merchantId = await desk.openMerchant();
  [free = ''] = await desk.buyOneByOne([{ userId: shopper.id, merchantId, amount: '5.00' }]);
});

async function refuses(statement: string, reason: RegExp): Promise<void> {
  await assert.rejects(rowsOf(platform, `begin; ${statement}; commit`), (error: Error) => {
    assert.match(error.message, reason);
    return true;
  });
}

describe('the database', () => {
  test('holds a purchase once, for at least one reason, and only one that exists', async () => {
    const insert = (id: string, reasons: string) =>
      `insert into purchase_holds (purchase_id, reasons, held_at) values ('${id}', '${reasons}', now())`;
    await rowsOf(platform, `begin; ${insert(free, '[{}]')}; rollback`);
    await refuses(insert(held, '[{}]'), /purchase_holds_pkey/);
    await refuses(insert(free, '[]'), /purchase_holds_reasons_check/);
    await refuses(insert(free, '{"rule": 1}'), /purchase_holds_reasons_check/);
    await refuses(insert(platform.admin.id, '[{}]'), /purchase_holds_purchase_id_fkey/);
  });

  test('keeps the reasons of a hold, and the hold', async () => {
    await refuses(`update purchase_holds set reasons = '[{}]'`, /update is refused/);
    await refuses(`update purchase_holds set held_at = now()`, /update is refused/);
    await refuses(`update purchase_holds set purchase_id = '${free}'`, /update is refused/);
    await refuses('delete from purchase_holds', /delete is refused/);
    await refuses('truncate purchase_holds', /truncate is refused/);
  });

  test('resolves a hold once, whole, and by somebody only if at all', async () => {
    const update = (id: string, change: string) =>
      `update purchase_holds set ${change} where purchase_id = '${id}'`;
    const { id: adminId } = platform.admin;
    await rowsOf(
      platform,
      `begin; ${update(held, `resolution = 'reversed', resolved_at = now(), resolved_by = '${adminId}'`)}; rollback`,
    );
    await refuses(update(held, "resolution = 'reversed'"), /purchase_holds_resolved_has_a_time/);
    await refuses(update(held, 'resolved_at = now()'), /purchase_holds_resolved_has_a_time/);
    await refuses(update(held, `resolved_by = '${adminId}'`), /purchase_holds_open_has_no_resolver/);
    await refuses(update(held, "resolution = 'confirmd', resolved_at = now()"), /hold_resolution/);
    await refuses(update(released, "resolution = 'reversed'"), /update is refused/);
    await refuses(
      update(released, 'resolution = null, resolved_at = null, resolved_by = null'),
      /update is refused/,
    );
  });

  test('lets no purchase be held that is not pending', async () => {
    for (const change of [
      "status = 'confirmed', confirmed_at = now()",
      "status = 'reversed', reversed_at = now(), reversal_reason = 'fraud'",
    ]) {
      await refuses(`update purchases set ${change} where id = '${held}'`, /purchases_held_is_pending/);
    }
  });

  test('has an index of orders with every purchase above the lowest floor', async () => {
    const [index] = await rowsOf(
      platform,
      "select indexdef from pg_indexes where indexname = 'purchases_order_time'",
    );
    assert.match(String(index?.indexdef), /WHERE \(\(amount\)::numeric >= \(100\)::numeric\)$/);
  });
});
