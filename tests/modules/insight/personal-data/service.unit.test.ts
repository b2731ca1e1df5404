import { describe, test } from 'node:test';
import type { AccountCaller } from '../../../../src/core/caller.ts';
import { personalDataService } from '../../../../src/modules/insight/personal-data/service.ts';
import { SECTIONS } from '../../../../src/modules/insight/personal-data/tables.ts';
import type { Wallet } from '../../../../src/modules/money/wallets/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import { aPayout } from '../../../support/payouts-builders.ts';
import { aWallet, NOW, SHOPPER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const CALLER = { type: 'user', id: SHOPPER, sessionId: 'session', requestId: 'request' } as AccountCaller;
const settled = aPayout({ status: 'completed', settledAt: NOW });
const order = { password: 'Str0ng!Pass', forfeits: false };

/** `steps` lists what is done, in order. */
function personalData(wallet: Wallet = aWallet(), payouts = [settled]) {
  const { kernel, ...seen } = fakeKernel();
  const steps: unknown[][] = [];
  const step =
    (name: string) =>
    async (_trx: unknown, ...call: unknown[]) =>
      void steps.push([name, ...call]);
  const service = personalDataService({
    ...kernel,
    database: {
      ...kernel.database,
      transaction: kernel.database.transaction,
      snapshot: (work) => work(fakeTransaction()),
    },
    repository: {
      read: async (_db, id, section) =>
        section === 'payouts'
          ? [
              { id: 'open', details_encrypted: 'x' },
              { id: 'shredded', details_encrypted: '' },
            ]
          : [{ id, section }],
    },
    auth: fake({
      requirePassword: async (_caller: AccountCaller, ...call: unknown[]) => {
        steps.push(['password', ...call]);
        return 'hash';
      },
      erase: step('erase login'),
    }),
    users: fake({
      lockForErasure: step('lock user'),
      erase: step('erase user'),
      listErased: async (_db: unknown, after: string | undefined) => (after === undefined ? [SHOPPER] : []),
    }),
    wallets: fake({
      findWallets: async () => [wallet],
      lockWallets: async () => {
        steps.push(['lock wallets']);
        return [wallet];
      },
    }),
    forfeit: async (_trx, locked) => {
      steps.push(['forfeit', locked]);
      return locked.length;
    },
    payouts: {
      lockOf: async (_trx, id) => {
        steps.push(['lock payouts', id]);
        return payouts;
      },
      queueShred: (_trx, ids) => void steps.push(['shred', ids]),
      decryptDetails: (_id, encrypted) => ({ iban: `iban ${encrypted}`, accountHolder: 'Erika' }),
    },
    forgetResponses: (_trx, id) => void steps.push(['forget responses', id]),
    mail: { queueDiscard: (_trx, ids) => void steps.push(['discard mails', ids]) },
  });
  return { service, steps, ...seen };
}

describe('an erasure', () => {
  test('asks for the password, locks in order, and erases the account everywhere', async () => {
    const { service, steps, events } = personalData();
    await service.erase(CALLER, order, '10.0.0.1');
    assertEqual(steps, [
      ['password', order.password, '10.0.0.1'],
      ['lock payouts', SHOPPER],
      ['lock wallets'],
      ['lock payouts', SHOPPER],
      ['lock user', SHOPPER],
      ['forfeit', [aWallet()]],
      ['shred', [settled.id]],
      ['erase login', SHOPPER],
      ['forget responses', SHOPPER],
      ['discard mails', [SHOPPER]],
      ['erase user', SHOPPER],
    ]);
    assertEqual(
      events.map(({ type, actor, resourceId }) => [type, actor, resourceId]),
      [['user.erased', CALLER, SHOPPER]],
    );
  });

  for (const [title, code, world] of [
    ['a payout under way', 'PAYOUT_UNDER_WAY', personalData(aWallet(), [aPayout()])],
    ['cashback that is not forfeited', 'ACCOUNT_HAS_MONEY', personalData(aWallet({ available: 1n }))],
  ] as const) {
    test(`is refused with ${title}, and changes nothing`, async () => {
      await rejectsWith(world.service.erase(CALLER, order, '10.0.0.1'), code);
      assertEqual(world.steps.at(-1), ['lock payouts', SHOPPER]);
      assertEqual(world.events, []);
    });
  }
});

test('money that becomes available after an erasure is forfeited', async () => {
  const funded = aWallet({ available: 5n });
  const { service, steps } = personalData(funded);
  assertEqual(await Array.fromAsync(service.forfeitLater()), [1]);
  assertEqual(steps.at(-1), ['forfeit', [funded]]);
  assertEqual(await Array.fromAsync(personalData().service.forfeitLater()), [0]);
});

test('an export has every section, and bank details where they are not shredded', async () => {
  const { data } = await personalData().service.exportOf(SHOPPER);
  assertEqual(Object.keys(data).sort(), [...SECTIONS].sort());
  assertEqual(data.payouts, [
    { id: 'open', bank_details: { iban: 'iban x', account_holder: 'Erika' } },
    { id: 'shredded', bank_details: null },
  ]);
});
