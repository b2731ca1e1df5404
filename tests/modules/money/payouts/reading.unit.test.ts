import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { DetailsCipher } from '../../../../src/modules/money/payouts/details.ts';
import { payoutReading } from '../../../../src/modules/money/payouts/reading.ts';
import type { PayoutRepository } from '../../../../src/modules/money/payouts/repository.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { aPayout, aPayoutOrder } from '../../../support/payouts-builders.ts';
import { adminActor, STRANGER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const ADMIN = adminActor(STRANGER);
const { bankDetails } = aPayoutOrder();

function openReading(replaced: Partial<PayoutRepository>) {
  const { kernel, ...seen } = fakeKernel();
  const reading = payoutReading({
    ...kernel,
    repository: fake<PayoutRepository>(replaced),
    cipher: fake<DetailsCipher>({
      decrypt: (id, text) => {
        assertEqual(text, `sealed for ${id}`);
        return bankDetails;
      },
    }),
  });
  return { ...reading, ...seen };
}

describe('a payout', () => {
  const payout = aPayout();
  const { getPayout } = openReading({ find: async (_db, id) => (id === payout.id ? payout : undefined) });

  test('is found by its id', async () => {
    assertEqual(await getPayout(payout.id), payout);
  });

  test('that does not exist is NOT_FOUND', async () => {
    const id = newId();
    await rejectsWith(getPayout(id), 'NOT_FOUND', { resource_type: 'payout', resource_id: id });
  });
});

test('a list of payouts is the page of the repository', async () => {
  const asked: unknown[] = [];
  const page = { items: [aPayout()], total: 41, nextKey: null };
  const { listPayouts } = openReading({
    list: async (_db, ...query) => {
      asked.push(...query);
      return page;
    },
  });
  assertEqual(await listPayouts({ status: 'failed' }, { offset: 40, limit: 1 }), page);
  assertEqual(asked, [{ status: 'failed' }, { offset: 40, limit: 1 }]);
});

describe('bank details', () => {
  const id = newId();
  const { revealBankDetails, events } = openReading({
    findEncryptedDetails: async (_db, payoutId) => (payoutId === id ? `sealed for ${id}` : undefined),
  });

  test('of a payout that does not exist are NOT_FOUND, without an event', async () => {
    await rejectsWith(revealBankDetails(newId(), ADMIN), 'NOT_FOUND');
    assertEqual(events, []);
  });

  test('are revealed in full, with an event that does not contain them', async () => {
    assertEqual(await revealBankDetails(id, ADMIN), bankDetails);
    assertEqual(events, [
      {
        type: 'payout.bank_details_revealed',
        actor: ADMIN,
        resourceType: 'payout',
        resourceId: id,
        outcome: 'success',
        details: {},
      },
    ]);
  });
});
