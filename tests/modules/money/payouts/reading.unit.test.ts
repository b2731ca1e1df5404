import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { UserClient } from '../../../../src/modules/identity/users/index.ts';
import type { DetailsCipher } from '../../../../src/modules/money/payouts/details.ts';
import type { Payout, ReviewFacts } from '../../../../src/modules/money/payouts/model.ts';
import { payoutReading } from '../../../../src/modules/money/payouts/reading.ts';
import type { PayoutRepository } from '../../../../src/modules/money/payouts/repository.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { aPayout, BANK_DETAILS } from '../../../support/payouts-builders.ts';
import { adminActor, aUser, SHOPPER, STRANGER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const ADMIN = adminActor(STRANGER);
const bankDetails = BANK_DETAILS;

const FACTS: ReviewFacts = { walletAvailable: -5n, account: { isNew: false, otherUsers: 3 } };

function openReading(replaced: Partial<PayoutRepository>, isOwnerActive = true) {
  const { kernel, ...seen } = fakeKernel();
  const reading = payoutReading({
    ...kernel,
    repository: fake<PayoutRepository>(replaced),
    accounts: {
      findReviewFacts: async (_db, payouts) => new Map(payouts.map(({ id }) => [id, FACTS])),
    },
    fourEyesAbove: new Map([['EUR', 50_00n]]),
    users: fake<UserClient>({
      requireActiveSender: async () => undefined,
      findUsers: async (_db, ids) =>
        new Map(ids.filter((id) => id === SHOPPER).map((id) => [id, aUser({ id, active: isOwnerActive })])),
    }),
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
  const shown = {
    ...payout,
    ...FACTS,
    ownerActive: true,
    ownerEmail: 'shopper@example.com',
    takenBy: null,
  };
  const { getPayout } = openReading({ find: async (_db, id) => (id === payout.id ? payout : undefined) });

  test('is found by its id', async () => {
    assertEqual(await getPayout(payout.id), shown);
  });

  test('above the limit is marked before it is processed, and not after it was completed', async () => {
    for (const [status, needsFourEyes] of [
      ['requested', true],
      ['processing', true],
      ['completed', false],
      ['failed', false],
    ] as const) {
      const large = aPayout({ amount: 50_01n, status });
      const reading = openReading({ find: async () => large });
      assertEqual((await reading.getPayout(large.id)).needsFourEyes, needsFourEyes);
    }
  });

  test('of a user who was deactivated is marked', async () => {
    const marked = openReading({ find: async () => payout }, false);
    assertEqual(await marked.getPayout(payout.id), { ...shown, ownerActive: false });
  });

  test('names the administrator who took it', async () => {
    const taken = aPayout({ status: 'processing', processingBy: SHOPPER });
    const { takenBy } = await openReading({ find: async () => taken }).getPayout(taken.id);
    assertEqual(takenBy, 'shopper@example.com');
  });

  test('that does not exist is NOT_FOUND', async () => {
    const id = newId();
    await rejectsWith(getPayout(id), 'NOT_FOUND', { resource_type: 'payout', resource_id: id });
  });
});

test('a payout is shown to its owner, and is NOT_FOUND for another user', async () => {
  const payout = aPayout();
  const { getOwnPayout } = openReading({ find: async (_db, id) => (id === payout.id ? payout : undefined) });
  assertEqual(await getOwnPayout(payout.id, SHOPPER), payout);
  await rejectsWith(getOwnPayout(payout.id, STRANGER), 'NOT_FOUND');
  await rejectsWith(getOwnPayout(newId(), SHOPPER), 'NOT_FOUND');
});

test('a list of payouts is the page of the repository', async () => {
  const asked: unknown[] = [];
  const page = { items: [aPayout()], total: 41, nextKey: null };
  const { listPayouts, listReviewedPayouts } = openReading({
    list: async (_db, ...query) => {
      asked.push(...query);
      return page;
    },
  });
  assertEqual(await listPayouts({ statuses: ['failed'] }, { offset: 40, limit: 1 }), page);
  assertEqual(asked, [{ statuses: ['failed'] }, { offset: 40, limit: 1 }]);
  const [reviewed] = (await listReviewedPayouts({}, { offset: 0, limit: 1 })).items;
  assertEqual(reviewed?.ownerActive, true);
});

describe('bank details', () => {
  const id = newId();
  const opened = (fields: Partial<Payout> = {}) =>
    openReading({
      lock: async (_trx, ids) =>
        ids.includes(id) ? [aPayout({ id, status: 'processing', processingBy: STRANGER, ...fields })] : [],
      findEncryptedDetails: async (_db, payoutId) => (payoutId === id ? `sealed for ${id}` : undefined),
    });
  const { revealBankDetails, events } = opened();

  test('of a payout that does not exist are NOT_FOUND, without an event', async () => {
    await rejectsWith(revealBankDetails(newId(), ADMIN), 'NOT_FOUND');
    assertEqual(events, []);
  });

  for (const [title, fields] of [
    ['while the user can cancel', { status: 'requested', processingBy: null }],
    ['after the payout was completed', { status: 'completed' }],
    ['to another administrator', { processingBy: SHOPPER }],
    ['if no administrator is known to process it', { processingBy: null }],
  ] as const) {
    test(`are not revealed ${title}`, async () => {
      const reading = opened(fields);
      await rejectsWith(reading.revealBankDetails(id, ADMIN), 'FORBIDDEN');
      assertEqual(reading.events, []);
    });
  }

  test('are not revealed to an administrator who owns the payout', async () => {
    const reading = opened({ processingBy: SHOPPER });
    await rejectsWith(reading.revealBankDetails(id, adminActor(SHOPPER)), 'FORBIDDEN', { reason: 'own' });
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

describe('a file for the bank', () => {
  const [mine, other, open] = [
    aPayout({ status: 'processing', processingBy: STRANGER }),
    aPayout({ status: 'processing', processingBy: SHOPPER }),
    aPayout(),
  ];
  const opened = () =>
    openReading({
      lock: async (_trx, ids) => [mine, other, open].filter(({ id }) => ids.includes(id)),
      findAccounts: async (_trx, ids) =>
        ids.map((payoutId) => ({
          payoutId,
          userId: SHOPPER,
          encryptedDetails: `sealed for ${payoutId}`,
        })),
    });

  test('has each payout once, with an event for each', async () => {
    const { revealTransfers, events } = opened();
    const transfers = await revealTransfers([mine.id, mine.id], ADMIN);
    assertEqual(transfers, [{ payout: mine, bankDetails: BANK_DETAILS }]);
    assertEqual(
      events.map(({ type, resourceId }) => [type, resourceId]),
      [['payout.bank_details_revealed', mine.id]],
    );
  });

  test('is refused whole, if one payout is missing or is not the administrator’s to pay', async () => {
    const { revealTransfers, events } = opened();
    const reason = 'must be a payout that you took to processing, where it still is';
    const violations = [1, 2, 3].map((index) => ({ field: `ids.${index}`, reason }));
    await rejectsWith(revealTransfers([mine.id, other.id, open.id, newId()], ADMIN), 'VALIDATION_ERROR', {
      violations,
    });
    assertEqual(events, []);
  });
});
