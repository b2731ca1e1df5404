import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { newId } from '../../../../src/core/id.ts';
import { type Mail, reencryptMails } from '../../../../src/modules/platform/mail/index.ts';
import { LEASE } from '../../../../src/modules/platform/mail/policies.ts';
import { mailRepository } from '../../../../src/modules/platform/mail/repository.ts';
import { testClock } from '../../../support/clock.ts';
import { runSql } from '../../../support/database.ts';
import { aMail } from '../../../support/mail-builders.ts';
import { addressOf, answer, mailServer } from '../../../support/mail-server.ts';
import { startTestPlatform } from '../../../support/platform.ts';

const KEY = Buffer.alloc(32, 'mail').toString('base64');

const server = await mailServer();
after(() => server.stop());
const clock = testClock();
const logged: string[] = [];
const logger = pino({ level: 'warn' }, { write: (line) => void logged.push(line) });
const { database, platform, runLoop, runJob } = await startTestPlatform({
  clock,
  logger,
  environment: {
    SMTP_URL: server.url,
    MAIL_FROM: 'Shop & Save <hello@shop.example>',
    MAIL_SUBJECT_PREFIX: '[Test]',
    ENCRYPTION_KEYS: `first:${KEY}`,
  },
});
const mail = platform.mail.client;
// Those of the accounts that the platform starts with.
await runSql(database.url, 'delete from mails');

const aLetter = (fields: Parameters<typeof aMail>[0] = {}) => aMail({ ...fields, now: clock() });
const queue = (...mails: readonly Mail[]) => database.transaction(async (trx) => mail.queue(trx, mails));
const rows = () =>
  database.db
    .selectFrom('mails')
    .select(['template', 'outcome', 'content', 'attempts'])
    .orderBy('id')
    .execute();
/** What the server received since the last call. */
const received = () => server.received.splice(0);

async function metric(line: string): Promise<number> {
  const { body } = await platform.server.inject({ method: 'GET', url: '/metrics' });
  return Number(new RegExp(`^${line.replaceAll(/[{}]/g, '\\$&')} (.+)$`, 'm').exec(body)?.[1] ?? 0);
}

describe('a mail', () => {
  test('arrives as text and HTML, in the language of its recipient, with the headers of a machine', async () => {
    await queue(aLetter({ email: 'zoë@example.com', locale: 'de', key: 'cause' }));
    assert.equal(await runLoop('send-mail'), 1);
    const [letter, ...others] = received();
    assert.deepEqual(others, []);
    assert.equal(letter?.subject, '[Test] Neues Passwort festlegen');
    assert.equal(addressOf(letter?.from), '"Shop & Save" <hello@shop.example>');
    assert.match(letter?.text ?? '', /\nhttps:\/\/shop\.example\/reset#token=abc\n/);
    assert.match(
      String(letter?.html),
      /<html lang="de">[\s\S]*href="https:\/\/shop\.example\/reset#token=abc"/,
    );
    assert.equal(letter?.headers.get('auto-submitted'), 'auto-generated');
    assert.match(letter?.messageId ?? '', /^<[\da-f-]{36}@shop\.example>$/);
    assert.ok(!letter?.headers.has('list'), 'what an account needs cannot be unsubscribed');
  });

  test('is emptied once it was sent, and remembered for thirty days', async () => {
    assert.ok((await rows()).every(({ outcome, content }) => outcome === 'sent' && content === null));
    clock.advance({ hours: 29 * 24 });
    await runJob('purge-mails');
    assert.equal((await rows()).length, 1);
    clock.advance({ hours: 25 });
    await runJob('purge-mails');
    assert.deepEqual(await rows(), []);
  });

  test('is sent once for one recipient and cause, in one transaction or in two', async () => {
    const twice = aLetter({ key: 'once' });
    await queue(twice, twice);
    await queue(twice, aLetter({ key: 'once', email: 'bob@example.com' }));
    await runLoop('send-mail');
    await queue(twice);
    await runLoop('send-mail');
    assert.deepEqual(
      received()
        .flatMap(({ recipients }) => recipients)
        .sort(),
      ['alice@example.com', 'bob@example.com'],
    );
  });

  test('is not stored if its cause is rolled back', async () => {
    const before = (await rows()).length;
    await assert.rejects(
      database.transaction(async (trx) => {
        mail.queue(trx, [aLetter({ key: 'rolled back' })]);
        throw new Error('no');
      }),
    );
    assert.equal((await rows()).length, before);
  });

  test('says where its recipient ends such mails, if its recipient may', async () => {
    const unsubscribe = 'https://api.shop.example/api/v1/unsubscriptions?token=abc';
    await queue({
      to: { userId: null, email: 'alice@example.com', locale: 'en' },
      key: 'week',
      template: 'cashback-available',
      data: {
        rewards: [
          { merchantName: 'Books\r\nBcc: eve@example.com', cashback: { minor: 5n, currency: 'EUR' } },
        ],
      },
      unsubscribe,
    });
    await runLoop('send-mail');
    const [letter] = received();
    const headers = (letter?.raw ?? '').replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
    assert.ok(headers.includes(`List-Unsubscribe: <${unsubscribe}>`));
    assert.ok(headers.includes('List-Unsubscribe-Post: List-Unsubscribe=One-Click'));
    assert.ok(!letter?.headers.has('bcc'));
    assert.deepEqual(letter?.recipients, ['alice@example.com']);
    assert.ok(letter?.text?.includes(`Stop these mails:\n${unsubscribe}`));
  });
});

describe('a recipient that the server refuses', () => {
  test('ends the mail, which is counted, and logged without the address', async () => {
    server.refuseBy((recipient) => {
      if (recipient.startsWith('nobody')) throw answer(550, `5.1.1 <${recipient}>: no such user`);
    });
    const before = await metric('clicknback_mails_total{template="reset-password",result="refused"}');
    await queue(aLetter({ email: 'nobody@example.com', key: 'refused' }), aLetter({ key: 'taken' }));
    await runLoop('send-mail');
    assert.deepEqual(
      received().flatMap(({ recipients }) => recipients),
      ['alice@example.com'],
    );
    assert.deepEqual((await rows()).at(-2), {
      template: 'reset-password',
      outcome: 'refused',
      content: null,
      attempts: 1n,
    });
    assert.equal(
      await metric('clicknback_mails_total{template="reset-password",result="refused"}'),
      before + 1,
    );
    const lines = logged.splice(0).join('\n');
    assert.match(lines, /"response_code":550.*a mail was refused for good/);
    assert.doesNotMatch(lines, /nobody/);
  });

  test('for now gets the mail later', async () => {
    let busy = true;
    server.refuseBy(() => {
      if (busy) throw answer(451, '4.7.1 greylisted');
    });
    await queue(aLetter({ key: 'greylisted' }));
    await runLoop('send-mail');
    busy = false;
    await runLoop('send-mail');
    assert.deepEqual(received(), [], 'not before the pause is over');
    clock.advance({ seconds: 10 });
    await runLoop('send-mail');
    assert.equal(received().length, 1);
  });
});

describe('a mail server that is away for an hour', () => {
  test('gets every mail once when it is back', async () => {
    const emails = Array.from({ length: 40 }, (_, index) => `user-${index}@example.com`);
    await queue(...emails.slice(0, 20).map((email) => aLetter({ email, key: 'away' })));
    await server.stop();
    for (let minute = 0; minute < 60; minute += 1) {
      assert.equal(await runLoop('send-mail'), 0, 'a pause follows, because the server is away');
      if (minute === 30) await queue(...emails.slice(20).map((email) => aLetter({ email, key: 'away' })));
      clock.advance({ minutes: 1 });
    }
    const waiting = (await rows()).filter(({ outcome }) => outcome === null);
    assert.equal(waiting.length, 40);
    assert.ok((await metric('clicknback_mails_waiting_seconds')) >= 3_600);

    await server.start();
    for (let minute = 0; minute <= 10; minute += 1) {
      await runLoop('send-mail');
      clock.advance({ minutes: 1 });
    }
    assert.deepEqual(
      received()
        .flatMap(({ recipients }) => recipients)
        .sort(),
      emails.sort(),
    );
    assert.equal(await metric('clicknback_mails_waiting_seconds'), 0);
    assert.doesNotMatch(logged.splice(0).join('\n'), /@example\.com/);
  });

  test('for more than a day gets no mail that is older', async () => {
    await queue(aLetter({ key: 'too old' }));
    await server.stop();
    await runLoop('send-mail');
    clock.advance({ hours: 24 });
    await server.start();
    await runLoop('send-mail');
    assert.deepEqual(received(), []);
    assert.equal((await rows()).at(-1)?.outcome, 'expired');
    assert.match(logged.splice(0).join('\n'), /a mail was given up/);
  });
});

describe('a worker that dies', () => {
  test('loses no mail: another one sends it after thirty seconds', async () => {
    await queue(aLetter({ key: 'died' }));
    // What a process does before it dies.
    const claim = { now: clock(), until: clock().add(LEASE), limit: 16 };
    await database.transaction((trx) => mailRepository().claimDue(trx, claim));
    await runLoop('send-mail');
    assert.deepEqual(received(), []);
    clock.advance({ seconds: 30 });
    await runLoop('send-mail');
    assert.equal(received().length, 1);
  });

  test('after the server took the mail, and before it was recorded: the second one has the same id', async () => {
    await queue(aLetter({ key: 'cut' }));
    server.afterData(() => {
      server.afterData(() => undefined);
      throw answer(421, 'the connection breaks');
    });
    await runLoop('send-mail');
    clock.advance({ minutes: 1 });
    await runLoop('send-mail');
    const [first, second] = received();
    assert.ok(first?.messageId !== undefined);
    assert.equal(first.messageId, second?.messageId);
  });

  test('while another one works: each mail is sent by one of them', async () => {
    await queue(
      ...Array.from({ length: 60 }, (_, index) => aLetter({ email: `u${index}@example.com`, key: 'race' })),
    );
    await Promise.all([runLoop('send-mail'), runLoop('send-mail'), runLoop('send-mail')]);
    const recipients = received().flatMap((letter) => letter.recipients);
    assert.equal(recipients.length, 60);
    assert.equal(new Set(recipients).size, 60);
  });
});

describe('a platform that is not for development', () => {
  test('has no page with mails', async () => {
    assert.equal((await platform.server.inject('/dev/mail')).statusCode, 404);
  });
});

describe('the outbox', () => {
  test('sends what an account needs before news of money', async () => {
    const news: Mail = {
      to: { userId: null, email: 'news@example.com', locale: 'en' },
      key: 'news',
      template: 'payout-requested',
      data: { amount: { minor: 100n, currency: 'EUR' } },
    };
    await queue(...Array.from({ length: 40 }, (_, index) => ({ ...news, key: `news ${index}` })));
    clock.advance({ seconds: 1 });
    await queue(aLetter({ key: 'urgent' }));
    await runLoop('send-mail');
    const place = received().findIndex(({ recipients }) => recipients.includes('alice@example.com'));
    assert.ok(place < 16, `place ${place}`);
  });

  test('holds nothing readable, and is encrypted again with another key', async () => {
    await queue(aLetter({ key: 'sealed', email: 'secret@example.com' }));
    const [{ content } = { content: null }] = (await rows()).slice(-1);
    assert.ok(content?.startsWith('first.') && !content.includes('secret'));
    const keys = [
      { id: 'second', key: Buffer.alloc(32, 'second') },
      { id: 'first', key: Buffer.alloc(32, 'mail') },
    ];
    assert.equal(await reencryptMails(database, keys), 1);
    assert.equal(await reencryptMails(database, keys), 0);
    assert.ok((await rows()).at(-1)?.content?.startsWith('second.'));
  });

  test('forgets the waiting mails of a user who is erased', async () => {
    const userId = newId();
    await database.transaction(async (trx) => mail.queueDiscard(trx, [aLetter().to.userId ?? '', userId]));
    assert.deepEqual((await rows()).at(-1), {
      template: 'reset-password',
      outcome: 'discarded',
      content: null,
      attempts: 0n,
    });
    await runLoop('send-mail');
    assert.deepEqual(received(), []);
  });
});
