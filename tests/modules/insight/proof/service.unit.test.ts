import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { WalletTotals } from '../../../../src/modules/insight/proof/model.ts';
import type { ProofRepository } from '../../../../src/modules/insight/proof/repository.ts';
import { proveBooks } from '../../../../src/modules/insight/proof/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeTransaction } from '../../../support/fakes.ts';

const FIRST = { from: 'a', to: 'b' };
const LAST = { from: 'b', to: undefined };
const BALANCES = { pending: '0.0000', available: '5.0000', paid: '0.0000' };

const NOT_SEALED = { seals: 0, records: 0, unsealed: 0, last: null };

function someTotals(fields: Partial<WalletTotals> = {}): WalletTotals {
  return {
    currency: 'EUR',
    wallets: 1,
    entries: 2,
    pending: 3n,
    available: 4n,
    paid: 5n,
    fromPlatform: 12n,
    wrongWallets: 0,
    wrongEntries: 0,
    ...fields,
  };
}

const wrongWallet = (walletId: string) => ({
  walletId,
  currency: 'EUR',
  stored: null,
  journal: { ...BALANCES, lastSequence: 1n },
});
const noReward = (purchaseId: string) => ({ purchaseId, demanded: null, reward: null });

/** Books in two ranges, without a fault unless the test adds one. */
function prove(replaced: Partial<ProofRepository> = {}) {
  async function* ranges() {
    yield FIRST;
    yield LAST;
  }
  return proveBooks(fakeTransaction(), {
    rowsPerRange: 10,
    repository: fake<ProofRepository>({
      rangesOfWallets: ranges,
      replayWallets: async () => [someTotals()],
      rangesOfSources: ranges,
      findEntryMismatches: async () => [],
      findRewardMismatches: async () => [],
      findRevisionMismatches: async () => [],
      findRevisionCountMismatches: async () => [],
      findWitnessMismatches: async () => [],
      findStateMismatches: async () => [],
      findReleaseMismatches: async () => [],
      findWrongDays: async () => [],
      findRecordMismatches: async () => [],
      findAdjustmentRecordMismatches: async () => [],
      findCapMismatches: async () => [],
      lastSealOfRange: async () => undefined,
      summariseSeals: async () => NOT_SEALED,
      ...replaced,
    }),
  });
}

describe('the proof of the books', () => {
  test('sums up the ranges of each currency, by name', async () => {
    const report = await prove({
      replayWallets: async (_db, { from }) =>
        from === FIRST.from ? [someTotals({ currency: 'JPY' }), someTotals()] : [someTotals()],
    });
    const { wrongWallets: _, wrongEntries: __, ...one } = someTotals({ currency: 'JPY' });
    assertEqual(report, {
      verdict: 'right',
      currencies: [
        {
          currency: 'EUR',
          wallets: 2,
          entries: 4,
          pending: 6n,
          available: 8n,
          paid: 10n,
          fromPlatform: 24n,
          faults: 0,
        },
        { ...one, faults: 0 },
      ],
      faults: [],
      sealed: NOT_SEALED,
      faultCount: 0,
    });
  });

  test('of no wallets is empty, which is not right', async () => {
    assert.equal((await prove({ replayWallets: async () => [] })).verdict, 'empty');
    const noWallet = [someTotals({ wallets: 0, entries: 0 })];
    assert.equal((await prove({ replayWallets: async () => noWallet })).verdict, 'empty');
  });

  test('reads the wrong wallets and entries only of ranges that have some', async () => {
    const read: string[] = [];
    const report = await prove({
      replayWallets: async (_db, { from }) =>
        from === FIRST.from ? [someTotals({ wrongWallets: 1, wrongEntries: 1 })] : [someTotals()],
      findWrongWallets: async (_db, { from }) => {
        read.push(`wallets from ${from}`);
        return [wrongWallet('w')];
      },
      findWrongEntries: async (_db, { from }) => {
        read.push(`entries from ${from}`);
        const stated = BALANCES;
        return [
          { walletId: 'w', currency: 'EUR', sequence: 3n, previousSequence: 1n, stated, replayed: stated },
        ];
      },
    });
    assertEqual(read, ['wallets from a', 'entries from a']);
    assertEqual([report.verdict, report.faultCount, report.currencies[0]?.faults], ['wrong', 2, 2]);
    assertEqual(
      report.faults.map(({ sentence }) => sentence.split(' ').slice(0, 2).join(' ')),
      ['Wallet w', 'Entry 3'],
    );
  });

  for (const [what, replaced] of [
    ['entry', { findEntryMismatches: async () => [anEntry()] }],
    ['reward', { findRewardMismatches: async () => [noReward('p')] }],
    ['record', { findRecordMismatches: async () => [aRecord()] }],
    ['release', { findReleaseMismatches: async () => [aRelease()] }],
  ] as const) {
    test(`is wrong for an ${what} that disagrees with its source, in each range`, async () => {
      const report = await prove(replaced);
      assertEqual([report.verdict, report.faultCount], ['wrong', 2]);
    });
  }

  test('is wrong for the record of an adjustment, which it reads once', async () => {
    const report = await prove({ findAdjustmentRecordMismatches: async () => [aRecord()] });
    assertEqual([report.verdict, report.faultCount], ['wrong', 1]);
  });

  test('is wrong for the sum of a day, which it reads once', async () => {
    const aDay = { namespace: 'n', currency: 'EUR', day: '2026-03-14', stated: null, counted: '1.0000' };
    const report = await prove({ findWrongDays: async () => [aDay] });
    assertEqual([report.verdict, report.faultCount], ['wrong', 1]);
  });

  test('counts all faults by currency, those of an unknown one too, and shows the first 50', async () => {
    const report = await prove({
      findRewardMismatches: async (_db, { from }) =>
        Array.from({ length: 40 }, (_, index) => noReward(`${from}${index}`)),
    });
    assertEqual([report.faults.length, report.faultCount], [50, 80]);
    assert.match(report.faults[49]?.sentence ?? '', /^Purchase b9 /);
    assertEqual(
      report.currencies.map(({ currency, faults }) => [currency, faults]),
      [
        ['?', 80],
        ['EUR', 0],
      ],
    );
  });
});

function anEntry() {
  return { sourceId: 's', entryType: 'payout', demanded: null, entry: null, sourceStatus: null } as const;
}

function aRelease() {
  const counted = { purchase: 'p', namespace: 'n', currency: 'EUR', day: '2026-03-14', amount: '1.0000' };
  return { sourceId: 's', counted, released: null };
}

function aRecord() {
  return { sourceType: 'purchase', sourceId: 's', action: 'x', demanded: null, record: null } as const;
}
