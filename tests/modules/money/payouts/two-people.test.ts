import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { payoutBody } from '../../../support/payouts-builders.ts';
import { type Answer, assertRefused, type Person, startTestPlatform } from '../../../support/platform.ts';

const platform = await startTestPlatform();
const { api, admin } = platform;
const other = await platform.registerStaff('finance');

const COMPLETED = { status: 'completed', external_reference: 'SEPA-1' };

function assertForbidden(answer: Answer, reason: string): void {
  assertRefused(answer, 403, 'FORBIDDEN');
  assert.equal(answer.body.error.details.reason, reason);
}

describe('an administrator with a payout of their own', () => {
  test('decides nothing about it, and may cancel it like any user', async () => {
    const desk = await openPayoutDesk(platform, 30_00n);
    const staff: Person = { ...desk.user };
    await platform.setStaffRoles(staff.id, ['administrator']);
    const id = await desk.requested();
    const process = (body: Record<string, unknown>) => desk.process(id, body, staff.token);

    assertForbidden(await process({ status: 'processing' }), 'own');
    assertForbidden(await process(COMPLETED), 'own');
    assertForbidden(await process({ status: 'failed', reason: 'closed' }), 'own');
    await desk.process(id, { status: 'processing' });
    assertForbidden(await api('GET', `/payouts/${id}/bank-details`, { token: staff.token }), 'own');
    assertForbidden(await process(COMPLETED), 'own');
    await desk.process(id, COMPLETED);
    assertForbidden(await process({ status: 'returned', reason: 'closed' }), 'own');

    const second = await desk.requested();
    assert.equal((await desk.cancel(second)).status, 200);
  });
});

describe('a payout above FOUR_EYES_ABOVE', () => {
  const open = async (amount: string) => {
    const desk = await openPayoutDesk(platform, 2_000_00n);
    return { ...desk, id: await desk.requested({ amount }) };
  };

  test('is completed by another administrator than the one who processed it', async () => {
    const { id, process, audited } = await open('1000.01');

    assertForbidden(await process(id, COMPLETED), 'four_eyes');
    const processing = await process(id, { status: 'processing' });
    assertForbidden(await process(id, COMPLETED), 'four_eyes');
    const completed = await process(id, COMPLETED, other.token);

    assert.deepEqual(
      [processing.status, processing.body.needs_four_eyes, processing.body.processing_by],
      [200, true, admin.id],
    );
    assert.deepEqual([completed.status, completed.body.completed_by], [200, other.id]);
    assert.equal((await audited()).length, 3);
    assert.equal((await process(id, { status: 'returned', reason: 'closed' })).status, 200);
  });

  test('may fail by the administrator who processed it', async () => {
    const { id, process } = await open('1000.01');
    await process(id, { status: 'processing' });
    assert.equal((await process(id, { status: 'failed', reason: 'closed' })).status, 200);
  });

  test('of exactly the limit is completed by one', async () => {
    const { id, process } = await open('1000.00');
    assert.equal((await process(id, { status: 'processing' })).body.needs_four_eyes, false);
    assert.equal((await process(id, COMPLETED)).status, 200);
  });

  test('is completed once by two administrators at once, never by the first', async () => {
    const { id, process, balances } = await open('1500.00');
    await process(id, { status: 'processing' });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => process(id, COMPLETED, index % 2 ? other.token : admin.token)),
    );
    assert.deepEqual(
      answers.filter(({ status }) => status === 200).map(({ body }) => body.completed_by),
      [other.id],
    );
    assert.equal(await balances(), '0.0000 / 500.0000 / 1500.0000');
  });
});

describe('the database itself', () => {
  test('refuses one name for both steps, the name of the owner, and another name later', async () => {
    const desk = await openPayoutDesk(platform);
    const id = await desk.requested();
    const set = (columns: string) => desk.rows(`update payouts set ${columns} where id = '${id}'`);
    const complete = (by: string | null) =>
      set(`status = 'completed', settled_at = now(), external_reference = 'x',
        completed_by = ${by === null ? 'null' : `'${by}'`}`);

    await assert.rejects(set(`processing_by = '${desk.user.id}'`), /payouts_not_by_their_owner/);
    await assert.rejects(set(`completed_by = '${desk.user.id}'`), /payouts_not_by_their_owner/);
    await set('needs_four_eyes = true');
    await assert.rejects(complete(other.id), /payouts_four_eyes/);
    await set(`status = 'processing', processing_at = now(), processing_by = '${admin.id}'`);
    await assert.rejects(complete(admin.id), /payouts_four_eyes/);
    await assert.rejects(complete(null), /payouts_four_eyes/);
    await assert.rejects(set('needs_four_eyes = false'), /is refused on table payouts/);
    await assert.rejects(set(`processing_by = '${other.id}'`), /is refused on table payouts/);
    await complete(other.id);
    await assert.rejects(set(`completed_by = '${admin.id}'`), /is refused on table payouts/);
  });
});

test('FOUR_EYES_ABOVE=off lets one administrator do both, and each start logs it', async () => {
  const lines: string[] = [];
  const off = await startTestPlatform({
    environment: { FOUR_EYES_ABOVE: 'off' },
    logger: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }),
  });
  assert.ok(lines.some((line) => line.includes('FOUR_EYES_ABOVE is off')));
  const desk = await openPayoutDesk(off, 2_000_00n);
  const id = await desk.requested(payoutBody({ amount: '1500.00' }));
  assert.equal((await desk.process(id, COMPLETED)).status, 200);
});
