import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { mailBooksDiffer } from '../../../../src/modules/outbound/notifications/index.ts';
import { SYSTEM } from '../../../../src/modules/platform/events/index.ts';
import { testClock } from '../../../support/clock.ts';
import { runSql } from '../../../support/database.ts';
import { mailServer, type ReceivedMail } from '../../../support/mail-server.ts';
import { fundWallet } from '../../../support/payouts.ts';
import { payoutBody } from '../../../support/payouts-builders.ts';
import { PASSWORD, type Person, startTestPlatform } from '../../../support/platform.ts';

const server = await mailServer();
after(() => server.stop());
/** A Saturday. */
const clock = testClock('2026-03-14T09:26:53Z');
const tester = await startTestPlatform({
  clock,
  environment: { SMTP_URL: server.url, PUBLIC_URL: 'https://api.shop.example' },
});
const { platform, database, api, admin, registerUser, registerStaff, runLoop, runJob, passTime } = tester;
const merchantId = await tester.createMerchant({ name: 'Blue <b>Bike</b> & Co' });
await tester.createOffer(merchantId);
let reports = 0;

/** A user with a proven address. */
async function shopper(choices: object = {}, locale = 'en'): Promise<Person> {
  const person = await registerUser();
  await prove(person);
  await api('PATCH', '/users/me', { token: person.token, body: { locale } });
  if (Object.keys(choices).length > 0)
    await api('PATCH', '/users/me/notifications', { token: person.token, body: choices });
  return person;
}

const prove = ({ id }: Person) =>
  runSql(database.url, `update users set email_verified_at = '2026-01-01Z' where id = '${id}'`);

async function buy({ id }: Person, amount = '100.00'): Promise<string> {
  reports += 1;
  const body = { external_id: `n-${reports}`, user_id: id, merchant_id: merchantId, amount, currency: 'EUR' };
  const answer = await api('POST', '/purchases', { token: admin.token, body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.id;
}

const confirm = (...ids: readonly string[]) =>
  Promise.all(ids.map((id) => api('POST', `/purchases/${id}/confirmation`, { token: admin.token })));

/** Those about the accounts themselves, which no event causes. */
const OF_ACCOUNTS = /^(Confirm your email address|New login to your account)$/;

/** Reads the events and sends what they caused. Returns the mails, by subject. */
async function mails(): Promise<ReceivedMail[]> {
  await tester.consumeEvents('notifications');
  await runLoop('send-mail');
  return server.received
    .splice(0)
    .filter(({ subject = '' }) => !OF_ACCOUNTS.test(subject))
    .sort((one, other) => ((one.subject ?? '') < (other.subject ?? '') ? -1 : 1));
}

const toSubjects = (list: readonly ReceivedMail[]) =>
  list.map(({ recipients, subject }) => `${recipients.join()}: ${subject}`);

describe('cashback', () => {
  test('that became available is one mail, however many purchases were confirmed at once', async () => {
    const user = await shopper({}, 'de');
    await mails();
    const ids = [await buy(user), await buy(user, '50.00'), await buy(user, '20.00')];
    assert.deepEqual(await mails(), [], 'that it was recorded is off by default');
    await confirm(...ids);
    const [mail, ...others] = await mails();
    assert.deepEqual(others, []);
    assert.equal(mail?.subject, 'Cashback verfügbar: 8,50\u00a0€');
    for (const cashback of ['5,00', '2,50', '1,00'])
      assert.ok(mail?.text?.includes(`Blue <b>Bike</b> & Co: ${cashback}\u00a0€`));
    assert.ok(String(mail?.html).includes('Blue &lt;b&gt;Bike&lt;/b&gt; &amp; Co'));
  });

  test('that was recorded is a mail to those who chose it', async () => {
    const user = await shopper({ cashback_recorded: true });
    await mails();
    await buy(user);
    await buy(await shopper());
    assert.deepEqual(toSubjects(await mails()), [`${user.email}: Cashback recorded: €5.00`]);
  });

  test('is no mail to an address that is only a claim, nor to a user who was deactivated', async () => {
    const [unproven, inactive] = [await registerUser(), await shopper()];
    await mails();
    const ids = [await buy(unproven), await buy(inactive)];
    await api('PATCH', `/users/${inactive.id}/status`, { token: admin.token, body: { status: 'inactive' } });
    await confirm(...ids);
    assert.deepEqual(await mails(), []);
  });

  test('is no mail any more after a click on the link in the last one', async () => {
    const user = await shopper();
    await mails();
    await confirm(await buy(user));
    const [mail] = await mails();
    const [, link = ''] =
      /List-Unsubscribe:\s+<https:\/\/api\.shop\.example(\/unsubscribe\?[^>]+)>/.exec(mail?.raw ?? '') ?? [];
    assert.ok(mail?.raw.includes('List-Unsubscribe-Post: List-Unsubscribe=One-Click'));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const payload = 'List-Unsubscribe=One-Click';
    const { statusCode } = await platform.server.inject({ method: 'POST', url: link, headers, payload });
    assert.equal(statusCode, 200);
    const { body } = await api('GET', '/users/me/notifications', { token: user.token });
    assert.equal(body.cashback_available, false);
    await confirm(await buy(user));
    assert.deepEqual(await mails(), []);
  });
});

test('what a user has chosen is forgotten with the user', async () => {
  const user = await shopper({ weekly_summary: true });
  const choices = `select from notification_settings where user_id = '${user.id}'`;
  assert.equal((await runSql(database.url, choices)).length, 1);
  const answer = await api('DELETE', '/users/me', { token: user.token, body: { password: PASSWORD } });
  assert.equal(answer.status, 204, JSON.stringify(answer.body));
  assert.equal((await runSql(database.url, choices)).length, 0);
});

describe('a payout', () => {
  test('is a mail at each step, with what the bank or the operator said', async () => {
    const user = await shopper();
    await fundWallet(tester, user.id, 100_00n);
    await mails();
    const request = async () => {
      const answer = await api('POST', '/users/me/payouts', { token: user.token, body: payoutBody() });
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      return answer.body.id as string;
    };
    const process = async (id: string, body: object) => {
      const answer = await api('PATCH', `/payouts/${id}/process`, { token: admin.token, body });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
    };
    const [paid, failed] = [await request(), await request()];
    await process(paid, { status: 'completed', external_reference: 'SEPA-77' });
    await process(failed, { status: 'failed', reason: 'The IBAN is closed.' });
    await process(paid, { status: 'returned', reason: 'Account unknown.' });
    const received = await mails();
    assert.deepEqual(
      received.map(({ subject }) => subject),
      [
        'Payout failed: €10.00',
        'Payout requested: €10.00',
        'Payout requested: €10.00',
        'Payout returned by the bank: €10.00',
        'Payout sent: €10.00',
      ],
    );
    const text = received.map((mail) => mail.text).join('\n');
    for (const said of ['Reason: The IBAN is closed.', 'Reason: Account unknown.', 'Reference: SEPA-77'])
      assert.ok(text.includes(said), said);
    assert.ok(
      received.every(({ headers }) => !headers.has('list')),
      'they cannot be ended',
    );
  });
});

describe('members of staff', () => {
  test('who may process payouts get a mail a day while some wait', async () => {
    const [finance, unwilling, support] = await Promise.all([
      registerStaff('finance'),
      registerStaff('finance'),
      registerStaff('support'),
    ]);
    await Promise.all([finance, unwilling, support].map(prove));
    await api('PATCH', '/users/me/notifications', {
      token: unwilling.token,
      body: { payouts_waiting: false },
    });
    const user = await shopper();
    await fundWallet(tester, user.id, 100_00n);
    await api('POST', '/users/me/payouts', { token: user.token, body: payoutBody() });
    await mails();

    await runJob('payouts-waiting');
    assert.deepEqual(await mails(), [], 'it has not waited for a day');
    await passTime({ hours: 24 });
    await runJob('payouts-waiting');
    await runJob('payouts-waiting');
    const received = await mails();
    assert.deepEqual(toSubjects(received).sort(), [
      `${admin.email}: Payouts are waiting`,
      `${finance.email}: Payouts are waiting`,
    ]);
    assert.match(received[0]?.text ?? '', /1 × EUR: €10\.00/);
    await passTime({ hours: 24 });
    await runJob('payouts-waiting');
    assert.equal((await mails()).length, 2, 'again on the next day');
  });

  test('who manage webhooks get a mail when a webhook was disabled', async () => {
    const partnerships = await registerStaff('partnerships');
    await prove(partnerships);
    await mails();
    await database.transaction(async (trx) =>
      platform.events.record(trx, [
        {
          type: 'webhook_endpoint.disabled',
          actor: SYSTEM,
          resourceType: 'webhook_endpoint',
          resourceId: merchantId,
          outcome: 'success',
          details: { reason: 'gone', partner_id: null, host: 'hooks.partner.example' },
        },
      ]),
    );
    const received = await mails();
    assert.deepEqual(toSubjects(received).sort(), [
      `${admin.email}: A webhook was disabled`,
      `${partnerships.email}: A webhook was disabled`,
    ]);
    assert.match(received[0]?.text ?? '', /410 Gone[\s\S]*Host: hooks\.partner\.example/);
  });

  test('who keep the books get a mail when these differ', async () => {
    const count = await mailBooksDiffer({ database, clock, mail: platform.mail.client }, 3);
    const received = await mails();
    assert.equal(received.length, count);
    assert.ok(received.some(({ recipients }) => recipients.includes(admin.email)));
    assert.match(received[0]?.text ?? '', /Differences: 3/);
  });
});

describe('the weekly summary', () => {
  test('comes on Monday morning to those who chose it and bought something, once', async () => {
    const buyer = await shopper({ weekly_summary: true }, 'de');
    await shopper({ weekly_summary: true });
    const notChosen = await shopper();
    // Sunday the 22nd.
    await passTime({ hours: Math.round(hoursUntil('2026-03-22T12:00:00Z')) });
    const purchase = await buy(buyer);
    await buy(notChosen);
    await mails();
    await runJob('weekly-summaries');
    assert.deepEqual(await mails(), [], 'the week is not over');

    await passTime({ hours: Math.round(hoursUntil('2026-03-23T05:00:00Z')) });
    await runJob('weekly-summaries');
    assert.deepEqual(await mails(), [], 'it is night');
    await passTime({ hours: 2 });
    await confirm(purchase);
    await runJob('weekly-summaries');
    await runJob('weekly-summaries');
    const received = (await mails()).filter(({ subject }) => subject?.startsWith('Ihr Cashback der Woche'));
    assert.deepEqual(toSubjects(received), [`${buyer.email}: Ihr Cashback der Woche`]);
    const text = received[0]?.text ?? '';
    assert.match(text, /Vom 16\. März 2026 bis zum 22\. März 2026 haben wir 1 Einkauf/);
    assert.match(text, /Cashback der Woche: 5,00\s€\nVorgemerkt: 0,00\s€\nVerfügbar: 5,00\s€/);
  });

  test('is not about the days before it was chosen', async () => {
    const user = await shopper();
    await buy(user);
    await api('PATCH', '/users/me/notifications', { token: user.token, body: { weekly_summary: true } });
    await mails();
    await runJob('weekly-summaries');
    assert.deepEqual(await mails(), []);
    await passTime({ hours: 7 * 24 });
    await runJob('weekly-summaries');
    assert.deepEqual(toSubjects(await mails()), [`${user.email}: Your cashback this week`]);
  });

  function hoursUntil(instant: string): number {
    return clock().until(Temporal.Instant.from(instant)).total('hours');
  }
});
