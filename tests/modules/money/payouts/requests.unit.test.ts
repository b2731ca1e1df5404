import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { success } from '../../../../src/core/outcome.ts';
import type { User } from '../../../../src/modules/identity/users/index.ts';
import type { DetailsCipher } from '../../../../src/modules/money/payouts/details.ts';
import type {
  PayoutOrder,
  SealedPayout,
  StoredAccount,
} from '../../../../src/modules/money/payouts/model.ts';
import type { PayoutRepository } from '../../../../src/modules/money/payouts/repository.ts';
import { payoutRequests } from '../../../../src/modules/money/payouts/requests.ts';
import { type Wallet, type WalletClient, walletKey } from '../../../../src/modules/money/wallets/index.ts';
import type { IdempotencyClient } from '../../../../src/modules/platform/idempotency/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { everyRequestIsNew, fake, fakeKernel } from '../../../support/fakes.ts';
import { aPayout, aPayoutOrder } from '../../../support/payouts-builders.ts';
import { aUser, aWallet, SHOPPER, STRANGER, userActor } from '../../../support/purchases-builders.ts';
import { codeOf } from '../../../support/rejections.ts';

const RICH = aWallet({ available: 10_000_00n });

/** A user with money. The minimum is 10.00, and 1000.00 may be paid out in a month. */
function openRequests(
  world: {
    readonly wallets?: readonly Wallet[];
    /** Paid out in this month before, by `walletKey`. */
    readonly used?: ReadonlyMap<string, bigint>;
    readonly idempotency?: IdempotencyClient;
    readonly accounts?: ReadonlyMap<string, User>;
    /** Undefined: addresses need not be proven. */
    readonly proven?: readonly string[];
    /** Those of earlier payouts. */
    readonly earlier?: readonly StoredAccount[];
  } = {},
) {
  const { kernel, ...seen } = fakeKernel();
  const queued: [table: string, rows: readonly unknown[]][] = [];
  const asked: unknown[] = [];
  const request = payoutRequests({
    ...kernel,
    repository: fake<PayoutRepository>({
      sumSince: async (_trx, owners, since) => {
        asked.push([owners.map(walletKey), since]);
        return new Map(world.used);
      },
      findAccounts: async (_db, ids) =>
        (world.earlier ?? []).filter(({ payoutId }) => ids.includes(payoutId)),
      queueInsert: (_trx, rows) => void queued.push(['payouts', rows]),
    }),
    cipher: fake<DetailsCipher>({
      encrypt: (id, { iban }) => `${id} ${iban} sealed`,
      fingerprintOf: ({ iban }) => `print of ${iban}`,
      decrypt: (id, sealed) => ({ iban: sealed.replace(`${id} `, ''), accountHolder: 'Erika Mustermann' }),
    }),
    idempotency: world.idempotency ?? everyRequestIsNew,
    wallets: fake<WalletClient>({
      lockWallets: async (_trx, owners) => {
        asked.push(owners.map(walletKey));
        return world.wallets ?? [RICH];
      },
      applyMovements: async (_trx, movements, locked) => {
        assert.equal(locked, world.wallets ?? locked);
        queued.push(['movements', movements]);
        return [];
      },
    }),
    users: {
      lockUsersForShare: async () => world.accounts ?? new Map(),
      findProven: async (_db, ids) => new Set(ids.filter((id) => world.proven?.includes(id))),
    },
    needsEmailProof: world.proven !== undefined,
    supportedCurrencies: ['EUR', 'JPY'],
    limits: {
      minimum: new Map([
        ['EUR', 10_00n],
        ['JPY', 1_000n],
      ]),
      monthly: new Map([
        ['EUR', 1_000_00n],
        ['JPY', 100_000n],
      ]),
    },
  });

  /** Each answer as `10.00`, or the code of the refusal. */
  async function answers(...orders: PayoutOrder[]): Promise<string[]> {
    return (await request(orders)).map((outcome) => {
      if (outcome.ok) return outcome.value.answer.amount;
      return codeOf(outcome.error);
    });
  }
  return { request, answers, queued, asked, ...seen };
}

describe('a user who must have proved the address', () => {
  test('is refused until that is done', async () => {
    const order = aPayoutOrder({ amount: 40_00n });
    const accounts = new Map([[SHOPPER, aUser()]]);
    assertEqual(await openRequests({ accounts, proven: [] }).answers(order), ['EMAIL_VERIFICATION_REQUIRED']);
    assertEqual(await openRequests({ accounts, proven: [SHOPPER] }).answers(order), ['40.00']);
  });
});

describe('a payout to the account of an earlier one', () => {
  const earlier: StoredAccount = { payoutId: newId(), userId: SHOPPER, encryptedDetails: '' };
  const kept = { ...earlier, encryptedDetails: `${earlier.payoutId} DE89370400440532013000` };
  const order = aPayoutOrder({ bankDetails: undefined, fromPayoutId: earlier.payoutId });

  test('has its bank details, sealed for the new payout and masked', async () => {
    const { request, queued } = openRequests({ earlier: [kept] });
    const [outcome] = await request([order]);
    assert.ok(outcome?.ok);
    const { id, details } = outcome.value.answer;
    assertEqual(details, { iban: 'DE89**************3000', account_holder: 'E*** M***' });
    const [, rows] = queued.find(([table]) => table === 'payouts') ?? [];
    const sealed = rows?.map((row) => (row as SealedPayout).encryptedDetails);
    assertEqual(sealed, [`${id} DE89370400440532013000 sealed`]);
  });

  for (const [title, accounts] of [
    ['does not exist', []],
    ['is of another user', [{ ...kept, userId: STRANGER }]],
    ['has lost its bank details', [earlier]],
  ] as const) {
    test(`is refused if that ${title}, and others of the batch are not`, async () => {
      const { answers, queued } = openRequests({ earlier: accounts });
      assertEqual(await answers(order, aPayoutOrder()), ['VALIDATION_ERROR', '10.00']);
      assert.equal(queued.find(([table]) => table === 'payouts')?.[1].length, 1);
    });
  }
});

describe('a request for a payout', () => {
  test('stores it with sealed bank details, takes the amount, and records the event', async () => {
    const { request, queued, events } = openRequests();
    const order = aPayoutOrder({ amount: 40_00n });

    const [outcome] = await request([order]);

    assert.ok(outcome?.ok);
    const { answer, replayed } = outcome.value;
    const payout = aPayout({ id: answer.id, amount: 40_00n });
    assert.equal(replayed, false);
    assertEqual(answer, {
      id: payout.id,
      status: 'requested',
      amount: '40.00',
      currency: 'EUR',
      method: 'bank_transfer',
      details: { iban: 'DE89**************3000', account_holder: 'E*** M***' },
      requested_at: '2026-03-14T09:26:53Z',
      processing_at: null,
      settled_at: null,
      external_reference: null,
      failure_reason: null,
      returned_at: null,
      return_reason: null,
    });
    assertEqual(queued, [
      [
        'payouts',
        [
          {
            payout,
            accountFingerprint: 'print of DE89370400440532013000',
            encryptedDetails: `${payout.id} DE89370400440532013000 sealed`,
          },
        ],
      ],
      [
        'movements',
        [
          {
            userId: SHOPPER,
            currency: 'EUR',
            amount: 40_00n,
            source: { type: 'payout', id: payout.id },
            type: 'payout',
            from: 'available',
            to: 'paid',
          },
        ],
      ],
    ]);
    assertEqual(events, [
      {
        type: 'payout.requested',
        actor: order.actor,
        resourceType: 'payout',
        resourceId: payout.id,
        outcome: 'success',
        details: { user_id: SHOPPER, amount: '40.00', currency: 'EUR' },
      },
    ]);
  });

  test('counts the payouts of the calendar month, after its wallet is locked', async () => {
    const { answers, asked } = openRequests();
    await answers(aPayoutOrder());
    const wallet = walletKey(RICH);
    assertEqual(asked, [[wallet], [[wallet], Temporal.Instant.from('2026-03-01T00:00:00Z')]]);
  });

  const refusals: [
    title: string,
    order: Partial<PayoutOrder>,
    code: string,
    world?: Parameters<typeof openRequests>[0],
  ][] = [
    ['in a currency that the platform does not have', { currency: 'USD' }, 'UNSUPPORTED_CURRENCY'],
    ['of more than is available', {}, 'INSUFFICIENT_BALANCE', { wallets: [aWallet({ available: 9_99n })] }],
    ['of money that is pending', {}, 'INSUFFICIENT_BALANCE', { wallets: [aWallet({ pending: 10_00n })] }],
    ['without a wallet', {}, 'INSUFFICIENT_BALANCE', { wallets: [] }],
    ['below the minimum', { amount: 9_99n }, 'PAYOUT_POLICY_VIOLATION'],
    ['above the limit of the month', { amount: 1_000_01n }, 'PAYOUT_POLICY_VIOLATION'],
    [
      'above what is left of the month',
      { amount: 50_00n },
      'PAYOUT_POLICY_VIOLATION',
      { used: new Map([[walletKey(RICH), 950_01n]]) },
    ],
  ];
  for (const [title, order, code, world] of refusals) {
    test(`${title} is refused as ${code}, and leaves nothing`, async () => {
      const { answers, queued, events } = openRequests(world);
      assertEqual(await answers(aPayoutOrder(order)), [code]);
      assertEqual([queued, events], [[], []]);
    });
  }

  test('in a currency that the platform does not have locks no wallet', async () => {
    const { answers, asked } = openRequests();
    await answers(aPayoutOrder({ currency: 'USD' }));
    assertEqual(asked.flat(2), [Temporal.Instant.from('2026-03-01T00:00:00Z')]);
  });
});

describe('a list of requests', () => {
  test('shares the balance in its order, and a refusal affects no other', async () => {
    const { answers, events } = openRequests({ wallets: [aWallet({ available: 50_00n })] });

    const answered = await answers(
      aPayoutOrder({ amount: 30_00n }),
      aPayoutOrder({ amount: 30_00n }),
      aPayoutOrder({ amount: 20_00n }),
    );

    assertEqual(answered, ['30.00', 'INSUFFICIENT_BALANCE', '20.00']);
    assert.equal(events.length, 2);
  });

  test('shares the limit of the month in its order', async () => {
    const { answers } = openRequests();
    const answered = await answers(
      aPayoutOrder({ amount: 600_00n }),
      aPayoutOrder({ amount: 500_00n }),
      aPayoutOrder({ amount: 400_00n }),
    );
    assertEqual(answered, ['600.00', 'PAYOUT_POLICY_VIOLATION', '400.00']);
  });

  test('keeps wallets and limits of users and currencies apart', async () => {
    const { answers } = openRequests({
      wallets: [
        aWallet({ available: 1_000_00n }),
        aWallet({ id: newId(), userId: STRANGER, available: 1_000_00n }),
        aWallet({ id: newId(), currency: 'JPY', available: 1_500n }),
      ],
    });
    const answered = await answers(
      aPayoutOrder({ amount: 1_000_00n }),
      aPayoutOrder({ amount: 1_000_00n, userId: STRANGER, actor: userActor(STRANGER) }),
      aPayoutOrder({ amount: 1_500n, currency: 'JPY' }),
    );
    assertEqual(answered, ['1000.00', '1000.00', '1500']);
  });

  test('that is empty writes nothing', async () => {
    const { answers, queued } = openRequests();
    assertEqual([await answers(), queued], [[], []]);
  });
});

test('a repeat gets the answer of its first request, which alone is written', async () => {
  const repeatable = { callerId: SHOPPER, key: 'key', operation: 'payout.request', content: null };
  const { request, queued, events, logged } = openRequests({
    idempotency: fake<IdempotencyClient>({
      async onceEach(_trx, items, requestOf, work) {
        assertEqual(items.map(requestOf), [repeatable, repeatable]);
        const [first] = await work(items.slice(0, 1));
        assert.ok(first?.ok);
        const answer = first.value;
        return [success({ answer, replayed: false }), success({ answer, replayed: true })];
      },
    }),
  });

  const [first, again] = await request([
    aPayoutOrder({ request: repeatable }),
    aPayoutOrder({ request: repeatable }),
  ]);

  assert.ok(first?.ok && again?.ok);
  assertEqual(again.value, { answer: first.value.answer, replayed: true });
  assertEqual([queued.map(([, rows]) => rows.length), events.length], [[1, 1], 1]);
  assertEqual(
    logged.map(({ msg, payout_id }) => [msg, payout_id]),
    [
      ['payout requested', first.value.answer.id],
      ['payout response replayed', first.value.answer.id],
    ],
  );
});

test('outcomes are logged one line each, without bank details', async () => {
  const { request, logged } = openRequests();

  const [accepted] = await request([aPayoutOrder(), aPayoutOrder({ amount: 1n })]);

  assert.ok(accepted?.ok);
  const fields = { level: 30, request_id: 'test', user_id: SHOPPER };
  assertEqual(logged, [
    {
      ...fields,
      payout_id: accepted.value.answer.id,
      amount: '10.00',
      currency: 'EUR',
      msg: 'payout requested',
    },
    { ...fields, refusal: 'PAYOUT_POLICY_VIOLATION', msg: 'payout refused' },
  ]);
});
