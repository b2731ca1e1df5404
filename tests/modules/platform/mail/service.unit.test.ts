import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encryption } from '../../../../src/core/secrets/encryption.ts';
import { encryptionContext } from '../../../../src/modules/platform/mail/policies.ts';
import type { MailRepository } from '../../../../src/modules/platform/mail/repository.ts';
import { mailService } from '../../../../src/modules/platform/mail/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import { aMail } from '../../../support/mail-builders.ts';

const cipher = encryption([{ id: 'one', key: Buffer.alloc(32, 'one') }]);

type Row = Parameters<MailRepository['queueInsert']>[1][number];

function outbox(isConfigured = true) {
  const rows: Row[] = [];
  const { kernel } = fakeKernel();
  const service = mailService({
    ...kernel,
    repository: fake<MailRepository>({ queueInsert: (_trx, list) => void rows.push(...list) }),
    encryption: cipher,
    sender: { product: 'ClickNBack', subjectPrefix: '' },
    isConfigured,
  });
  return { service, rows, now: kernel.clock() };
}

describe('the outbox', () => {
  test('stores a mail in the words of its recipient, encrypted and bound to its row', () => {
    const { service, rows, now } = outbox();
    service.queue(fakeTransaction(), [aMail({ email: 'alice@example.com' })]);
    const [row] = rows;
    assert.ok(row);
    assert.equal(row.template, 'reset-password');
    assertEqual(row.expiresAt, now.add({ hours: 24 }));
    assert.ok(!row.content.includes('alice'));
    const letter = JSON.parse(cipher.decrypt(row.content, encryptionContext(row.id)));
    assert.equal(letter.to, 'alice@example.com');
    assert.equal(letter.subject, 'Set a new password');
    assert.throws(() => cipher.decrypt(row.content, encryptionContext('another')));
  });

  test('stores nothing where no mail is sent', () => {
    const { service, rows } = outbox(false);
    assert.equal(service.isConfigured, false);
    service.queue(fakeTransaction(), [aMail()]);
    assert.deepEqual(rows, []);
  });
});
