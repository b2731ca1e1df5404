import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DetailsCipher } from '../../../../src/modules/money/payouts/details.ts';
import type { PayoutRepository } from '../../../../src/modules/money/payouts/repository.ts';
import { rotateBankDetails } from '../../../../src/modules/money/payouts/rotation.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';

const prints = new Map<string, string>();

/** Bank details as `key iban`, by payout. */
function rotate(stored: Map<string, string>) {
  const { kernel, transactions } = fakeKernel();
  const rotated = rotateBankDetails({
    ...kernel,
    repository: fake<PayoutRepository>({
      lockEncryptedOtherwise: async (_trx, keyId, limit) =>
        [...stored]
          .filter(([, text]) => !text.startsWith(keyId))
          .map(([id, encryptedDetails]) => ({ id, encryptedDetails }))
          .slice(0, limit),
      queueUpdateEncryptedDetails: (_trx, rows) => {
        for (const { id, encryptedDetails } of rows) stored.set(id, encryptedDetails);
      },
    }),
    accounts: {
      queueUpdateFingerprints: (_trx, rows) => {
        for (const { id, accountFingerprint } of rows) prints.set(id, accountFingerprint);
      },
    },
    cipher: fake<DetailsCipher>({
      fingerprintOf: ({ iban }) => `new print of ${iban}`,
      currentKeyId: 'new',
      encrypt: (_id, { iban }) => `new ${iban}`,
      decrypt: (_id, text) => ({ iban: text.split(' ')[1] ?? '', accountHolder: '' }),
    }),
  });
  return { rotated, transactions };
}

test('bank details of an older key are encrypted with the current one, in batches of 500', async () => {
  const stored = new Map(Array.from({ length: 501 }, (_, index) => [`payout ${index}`, `old ${index}`]));

  const { rotated, transactions } = rotate(stored);

  assert.equal(await rotated, 501);
  assertEqual(
    [...stored.values()],
    Array.from({ length: 501 }, (_, index) => `new ${index}`),
  );
  assertEqual([prints.size, prints.get('payout 7')], [501, 'new print of 7']);
  // The last one finds nothing left.
  assert.equal(transactions(), 3);
});

test('bank details of the current key are left alone', async () => {
  assert.equal(await rotate(new Map([['payout', 'new DE89']])).rotated, 0);
});
