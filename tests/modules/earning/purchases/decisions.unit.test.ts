import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { decide } from '../../../../src/modules/earning/purchases/decisions.ts';
import type { Source } from '../../../../src/modules/earning/purchases/fold.ts';
import type {
  Purchase,
  Reporter,
  SettlementOfId,
  Witness,
} from '../../../../src/modules/earning/purchases/model.ts';
import type { QueueRoom } from '../../../../src/modules/earning/purchases/release.ts';
import { assertEqual } from '../../../support/equality.ts';
import {
  adminActor,
  aPurchase,
  aReward,
  aWallet,
  NOW,
  partnerActor,
  SHOPPER,
  STRANGER,
  userActor,
} from '../../../support/purchases-builders.ts';
import { codeOf } from '../../../support/rejections.ts';
import { ownSource } from '../../../support/witnesses.ts';

/* One purchase with several sources. Confirming, reversing and amending are tested with the settlement. */

const ADMIN = adminActor(newId());
const [FIRST, SECOND] = [partnerActor(newId()), partnerActor(newId())];
const SELF_REPORT = { rule: 'self_report', evidence: { reported_by: 'user' } } as const;

const shoppers = (fields: Partial<Purchase> = {}) =>
  aPurchase({ namespace: SHOPPER, amount: 8000n, held: true, ...fields });
const partners = (actor: Reporter, fields: Partial<Purchase> = {}) =>
  aPurchase({ partnerId: actor.id, amount: 8000n, ...fields });

function report(actor: Reporter, fields: Partial<Witness> = {}): Omit<Witness, 'purchaseId'> {
  const kind = actor.type === 'user' ? 'shopper' : actor.type === 'partner' ? 'partner' : 'admin';
  const namespace = actor.id ?? '';
  return {
    namespace,
    externalId: 'n-1',
    kind,
    partnerId: actor.type === 'partner' ? actor.id : null,
    amount: 7850n,
    currency: 'EUR',
    reportedAt: NOW,
    ...fields,
  };
}

const matched = ({ id }: Purchase, actor: Reporter, fields: Partial<Witness> = {}): SettlementOfId => ({
  actor,
  purchaseId: id,
  to: 'matched',
  witness: report(actor, fields),
  reason: 'the same order',
});
const merged = ({ id }: Purchase, twin: Purchase): SettlementOfId => ({
  actor: ADMIN,
  purchaseId: id,
  to: 'merged',
  twinId: twin.id,
  reason: 'the receipt says so',
});
const confirmed = ({ id }: Purchase, actor: Reporter): SettlementOfId => ({
  actor,
  purchaseId: id,
  to: 'confirmed',
});

/** Purchases of 80.00 with a reward of 4.00 each, unless a test says otherwise. */
function decideOn(
  purchases: readonly Purchase[],
  settlements: readonly SettlementOfId[],
  {
    sources = {},
    reasons = [SELF_REPORT],
    rooms = [],
  }: {
    sources?: Readonly<Record<string, readonly Source[]>>;
    reasons?: readonly (typeof SELF_REPORT)[];
    rooms?: readonly QueueRoom[];
  } = {},
) {
  const rewarded = purchases.map((purchase) => ({
    purchase,
    reward: aReward({
      purchaseId: purchase.id,
      uncappedAmount: 400n,
      amount: 400n,
      status: purchase.status === 'confirmed' ? 'available' : purchase.status,
    }),
  }));
  const { decisions } = decide(
    settlements,
    {
      rewarded,
      revisionsOf: new Map(),
      sourcesOf: new Map(purchases.map((one) => [one.id, sources[one.id] ?? [ownSource(one)]])),
      reasonsOf: new Map(purchases.filter(({ held }) => held).map(({ id }) => [id, reasons])),
      refilling: new Set(),
      usages: [],
      rooms,
      wallets: [aWallet({ pending: 10_000n, available: 10_000n })],
    },
    { now: NOW, newId, requireMayRevise: () => undefined },
  );
  const steps = decisions.flatMap((decision) => (decision.ok ? decision.value.steps : []));
  /** Each as `pending 78.50 392 held`, or the code of the refusal. */
  const results = decisions.map((decision) => {
    if (!decision.ok) return codeOf(decision.error);
    const { purchase, reward } = decision.value.result;
    return `${purchase.status} ${purchase.amount} ${reward.amount}${purchase.held ? ' held' : ''}`;
  });
  return { steps, results, causes: steps.map(({ cause }) => cause.to) };
}

describe('a report that matches a purchase', () => {
  test('by a partner sets the amount of a shopper’s and ends its hold', () => {
    const purchase = shoppers();
    const { results, steps } = decideOn([purchase], [matched(purchase, FIRST)]);
    assertEqual(results, ['pending 7850 392']);
    const [step] = steps;
    assert.ok(step?.cause.to === 'matched');
    const { namespace, sourceKind, version, cause, seq, before, after } = step.cause.revision;
    assertEqual([namespace, sourceKind, version, cause, seq], [FIRST.id, 'partner', 'n-1', 'matched', 1]);
    assertEqual([before.reward, after.reward], [400n, 392n]);
    assert.equal(step.cause.witness.purchaseId, purchase.id);
  });

  test('leaves a hold that has another reason', () => {
    const purchase = shoppers();
    const other = { rule: 'above_ceiling', evidence: {} } as unknown as typeof SELF_REPORT;
    const { results } = decideOn([purchase], [matched(purchase, FIRST)], { reasons: [SELF_REPORT, other] });
    assertEqual(results, ['pending 7850 392 held']);
  });

  test('by the shopper is evidence for what a partner reported', () => {
    const purchase = partners(FIRST);
    const { results, causes } = decideOn([purchase], [matched(purchase, userActor(SHOPPER))]);
    assertEqual([results, causes], [['pending 8000 400'], ['matched']]);
  });

  test('by the shopper does not end the hold of a partner’s purchase', () => {
    const purchase = partners(FIRST, { held: true });
    const { results } = decideOn([purchase], [matched(purchase, userActor(SHOPPER))]);
    assertEqual(results, ['pending 8000 400 held']);
  });

  test('by a second partner is evidence, also after a confirmation', () => {
    const purchase = partners(FIRST, { status: 'confirmed', confirmedAt: NOW });
    const { results } = decideOn([purchase], [matched(purchase, SECOND)]);
    assertEqual(results, ['confirmed 8000 400']);
  });

  test('is refused if its source has reported the purchase, also in the same list', () => {
    const purchase = shoppers();
    const { results } = decideOn(
      [purchase],
      [matched(purchase, FIRST), matched(purchase, FIRST, { externalId: 'n-2' })],
    );
    assertEqual(results, ['pending 7850 392', 'DUPLICATE_PURCHASE']);
  });

  test('is refused for a reversed purchase: a reversal is final', () => {
    const purchase = shoppers({ status: 'reversed', held: false });
    assertEqual(decideOn([purchase], [matched(purchase, FIRST)]).results, ['PURCHASE_ALREADY_REVERSED']);
  });
});

describe('a partner that is a source of a purchase', () => {
  const witnessed = (purchase: Purchase, ...kinds: Reporter[]) => ({
    [purchase.id]: [ownSource(purchase), ...kinds.map((actor) => report(actor))],
  });

  test('decides on what only the shopper has reported besides', () => {
    const purchase = shoppers({ held: false });
    const { results } = decideOn([purchase], [confirmed(purchase, FIRST)], {
      sources: witnessed(purchase, FIRST),
    });
    assertEqual(results, ['confirmed 8000 400']);
  });

  test('does not decide if another partner was first: its statements are kept', () => {
    const purchase = shoppers({ held: false });
    const amendment = { statement: { amount: '10.00' }, reason: 'returned', version: '1' };
    const { results, causes, steps } = decideOn(
      [purchase],
      [
        confirmed(purchase, SECOND),
        { actor: SECOND, purchaseId: purchase.id, to: 'reversed', reason: 'declined' },
        { actor: SECOND, purchaseId: purchase.id, to: 'amended', amendment },
      ],
      { sources: witnessed(purchase, FIRST, SECOND) },
    );
    assertEqual(results, Array(3).fill('pending 8000 400'));
    assertEqual(causes, ['kept', 'kept', 'kept']);
    assertEqual(steps[2]?.cause, { to: 'kept', statement: 'amended', amount: 1000n });
  });

  test('is refused an amount that cannot be read, also if it does not decide', () => {
    const purchase = partners(FIRST);
    const amendment = { statement: { amount: '10.001' }, reason: 'returned', version: '1' };
    const { results } = decideOn(
      [purchase],
      [{ actor: SECOND, purchaseId: purchase.id, to: 'amended', amendment }],
      { sources: witnessed(purchase, SECOND) },
    );
    assertEqual(results, ['VALIDATION_ERROR']);
  });

  test('decides by the ids of its shop, if they are per shop', () => {
    const actor: Reporter = { ...FIRST, externalIdScope: 'merchant' };
    const purchase = partners(actor);
    assertEqual(decideOn([purchase], [confirmed(purchase, actor)]).results, ['confirmed 8000 400']);
  });

  test('does not see the purchases of others', () => {
    const purchase = partners(FIRST);
    assertEqual(decideOn([purchase], [confirmed(purchase, SECOND)]).results, ['NOT_FOUND']);
  });
});

describe('a purchase that takes over another one', () => {
  test('has its source as a witness, and the other one is reversed as a duplicate', () => {
    const [purchase, twin] = [shoppers(), partners(FIRST, { amount: 7850n, externalId: 'twin' })];
    const { results, steps } = decideOn([purchase, twin], [merged(purchase, twin)]);
    assertEqual(results, ['pending 7850 392']);
    const [reversal, match] = steps;
    assertEqual(reversal?.cause, { to: 'reversed', reason: 'duplicate' });
    assert.equal(reversal?.after.purchase.id, twin.id);
    assert.ok(match?.cause.to === 'matched');
    const { namespace, externalId, amount } = match.cause.witness;
    assertEqual([namespace, externalId, amount], [FIRST.id, 'twin', 7850n]);
  });

  test('ends the hold that the other one was the reason of', () => {
    const twin = partners(SECOND);
    const purchase = partners(FIRST, { held: true });
    const doubt = {
      rule: 'similar_order',
      evidence: { purchase_id: twin.id },
    } as unknown as typeof SELF_REPORT;
    assertEqual(decideOn([purchase, twin], [merged(purchase, twin)], { reasons: [doubt] }).results, [
      'pending 8000 400',
    ]);
  });

  const other = aPurchase();
  const refusals: [title: string, twin: Purchase, code: string][] = [
    ['of another shopper', partners(FIRST, { userId: STRANGER }), 'VALIDATION_ERROR'],
    ['at another merchant', partners(FIRST, { merchantId: newId() }), 'VALIDATION_ERROR'],
    ['in another currency', partners(FIRST, { currency: 'USD' }), 'VALIDATION_ERROR'],
    ['that is confirmed', partners(FIRST, { status: 'confirmed' }), 'PURCHASE_NOT_PENDING'],
    ['that is reversed', partners(FIRST, { status: 'reversed' }), 'PURCHASE_NOT_PENDING'],
    ['of the same source', aPurchase({ externalId: 'part 2' }), 'DUPLICATE_PURCHASE'],
  ];
  for (const [title, twin, code] of refusals) {
    test(`takes none ${title}, and nothing is reversed`, () => {
      const { results, steps } = decideOn([other, twin], [merged(other, twin)]);
      assertEqual([results, steps], [[code], []]);
    });
  }

  test('takes neither itself nor one that was matched, nor an unknown one', () => {
    const twin = partners(FIRST);
    const sources = { [twin.id]: [ownSource(twin), report(SECOND)] };
    const settlements = [merged(other, other), merged(other, twin), merged(other, aPurchase())];
    assertEqual(decideOn([other, twin], settlements, { sources }).results, [
      'VALIDATION_ERROR',
      'VALIDATION_ERROR',
      'NOT_FOUND',
    ]);
  });
});
