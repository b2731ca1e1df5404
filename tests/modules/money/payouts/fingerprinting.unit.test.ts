import { test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { accountFingerprinting } from '../../../../src/modules/money/payouts/fingerprinting.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fakeKernel } from '../../../support/fakes.ts';
import { BANK_DETAILS } from '../../../support/payouts-builders.ts';

test('payouts without a fingerprint get one, batch by batch, and a broken one stops no other', async () => {
  const { kernel, logged } = fakeKernel();
  const stored = Array.from({ length: 501 }, () => newId())
    .toSorted()
    .map((id, index) => ({ id, encryptedDetails: index === 1 ? 'broken' : 'sealed' }));
  const prints: string[] = [];
  const fingerprintAccounts = accountFingerprinting({
    ...kernel,
    accounts: {
      lockWithoutFingerprint: async (_trx, afterId, limit) =>
        stored.filter(({ id }) => id > afterId).slice(0, limit),
      queueUpdateFingerprints: (_trx, rows) =>
        void prints.push(...rows.map(({ accountFingerprint }) => accountFingerprint)),
    },
    cipher: {
      decrypt: (_id, encrypted) => {
        if (encrypted === 'broken') throw new Error('altered');
        return BANK_DETAILS;
      },
      fingerprintOf: ({ iban }) => `print of ${iban}`,
    },
  });

  assertEqual(await Array.fromAsync(fingerprintAccounts()), [499, 1]);

  assertEqual(prints.length, 500);
  assertEqual(new Set(prints), new Set(['print of DE89370400440532013000']));
  assertEqual(
    logged.map(({ payout_id }) => payout_id),
    [stored[1]?.id],
  );
});
