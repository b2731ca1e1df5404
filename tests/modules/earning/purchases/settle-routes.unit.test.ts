import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notFound } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import { failure, success } from '../../../../src/core/outcome.ts';
import {
  amendmentConflict,
  purchaseAlreadyReversed,
  purchaseNotHeld,
  purchaseNotPending,
  purchaseOnHold,
} from '../../../../src/modules/earning/purchases/errors.ts';
import type { Settlement } from '../../../../src/modules/earning/purchases/model.ts';
import type { PurchaseService } from '../../../../src/modules/earning/purchases/service.ts';
import { settleRoutes } from '../../../../src/modules/earning/purchases/settle-routes.ts';
import { walletFull } from '../../../../src/modules/money/wallets/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { assertRefused } from '../../../support/inject.ts';
import { aPurchase, aReward, MERCHANT, NOW, SHOPPER } from '../../../support/purchases-builders.ts';
import {
  answersWhileFull,
  assertViolations,
  IDS,
  serveRoutes,
  testAccess,
  testRefusals,
} from '../../../support/routes.ts';

const purchase = aPurchase({ amount: 49_90n });
const { id } = purchase;
const reward = aReward();
const missing = notFound('purchase', 'missing');

const amended = {
  purchase: { ...purchase, amount: 29_90n, revision: 2 },
  reward: { ...reward, amount: 150n },
};

function settledBy({ to }: Settlement) {
  return to === 'confirmed' || to === 'reversed'
    ? { purchase: { ...purchase, status: to }, reward }
    : amended;
}

const { calls, called, refuse } = fakeCalls();
let isFull = false;
const service = fake<PurchaseService>({
  confirmPurchase: (purchaseId, actor) =>
    called({ purchase: { ...purchase, status: 'confirmed', confirmedAt: NOW }, reward }, purchaseId, [
      actor.type,
      actor.id,
    ]),
  reversePurchase: (purchaseId, reason, actor) =>
    called({ purchase: { ...purchase, status: 'reversed' }, reward }, purchaseId, reason, [
      actor.type,
      actor.id,
    ]),
  amendPurchase: (purchaseId, amendment, actor) =>
    called(amended, purchaseId, amendment, [actor.type, actor.id]),
  matchPurchase: (purchaseId, twin, actor) => called(amended, purchaseId, twin, [actor.type, actor.id]),
  releasePurchase: (purchaseId, actor) =>
    called({ ...purchase, held: false }, purchaseId, [actor.type, actor.id]),
  settlePurchases: (list) =>
    called(
      list.map((settlement) =>
        'externalId' in settlement && settlement.externalId === 'missing'
          ? failure(missing)
          : success(settledBy(settlement)),
      ),
      ...list.map(({ actor, ...settlement }) => ({ ...settlement, by: actor.id })),
    ),
  isSettlingFull: () => isFull,
});
const api = await serveRoutes(settleRoutes(service));
const token = 'admin';
const ADMIN = ['admin', IDS.admin];
const details = { purchase_id: id, status: 'reversed', allowed_transitions: [] } as const;

describe('access', () => {
  testAccess(api, 'POST', '/purchases/settlements', ['admin', 'partner']);
  testAccess(api, 'POST', `/purchases/${id}/confirmation`, ['admin', 'partner']);
  testAccess(api, 'POST', `/purchases/${id}/amendments`, ['admin', 'partner']);
  testAccess(api, 'POST', `/purchases/${id}/release`, ['admin']);
  testAccess(api, 'POST', `/purchases/${id}/reverse`, ['admin', 'partner']);
  testAccess(api, 'PATCH', `/purchases/${id}/reverse`, ['admin', 'partner']);
});

describe('POST /purchases/{id}/confirmation', () => {
  const confirm = () => api('POST', `/purchases/${id}/confirmation`, { token });

  test('answers the confirmed purchase', async () => {
    const answer = await confirm();
    assert.equal(answer.status, 200);
    assertEqual(answer.body, {
      id,
      user_id: SHOPPER,
      merchant_id: MERCHANT,
      status: 'confirmed',
      awaiting_release: false,
      amount: '49.90',
      cashback_amount: '2.50',
      confirmed_at: '2026-03-14T09:26:53Z',
    });
    assertEqual(calls.at(-1), [id, ADMIN]);
  });

  test('takes an id in capitals', async () => {
    await api('POST', `/purchases/${id.toUpperCase()}/confirmation`, { token: 'partner' });
    assertEqual(calls.at(-1), [id, ['partner', IDS.partner]]);
  });

  testRefusals(confirm, refuse, [
    [404, missing],
    [400, purchaseNotPending(details)],
    [409, purchaseOnHold({ purchase_id: id, status: 'pending' })],
  ]);
});

describe('POST /purchases/{id}/amendments', () => {
  const sound = { amount: '29.90', reason: 'one of two books', version: 'v1' };
  const line = { line_id: 'sku-1', amount: 29.9, category: 'books', status: 'approved' };
  const { amount: _, ...words } = sound;
  const amend = (body: object = sound) => api('POST', `/purchases/${id}/amendments`, { token, body });

  test('answers the present amounts beside the first one', async () => {
    const answer = await amend();
    assert.equal(answer.status, 200);
    assertEqual(answer.body, {
      id,
      amount: '29.90',
      original_amount: '49.90',
      cashback_amount: '1.50',
      cashback_status: 'pending',
      revision: 2,
    });
    const { amount, ...rest } = sound;
    assertEqual(calls.at(-1), [id, { statement: { amount }, ...rest }, ADMIN]);
  });

  test('takes lines instead of an amount, and an amount of zero', async () => {
    await amend({ ...words, lines: [line, { line_id: 'sku-2', amount: '0', status: 'rejected' }] });
    const lines = [
      { lineId: 'sku-1', amount: 29.9, category: 'books', status: 'approved' },
      { lineId: 'sku-2', amount: '0', category: null, status: 'rejected' },
    ];
    assertEqual(calls.at(-1), [id, { statement: { lines }, ...words }, ADMIN]);
    assert.equal((await amend({ ...sound, amount: 0 })).status, 200);
  });

  for (const [title, body, fields] of [
    ['no statement', words, ['amount', 'body', 'lines']],
    ['two statements', { ...sound, lines: [line] }, ['body']],
    ['a negative amount', { ...sound, amount: -1 }, ['amount']],
    ['an amount in words', { ...sound, amount: 'all' }, ['amount']],
    ['no lines', { ...words, lines: [] }, ['lines']],
    ['an unknown status of a line', { ...words, lines: [{ ...line, status: 'lost' }] }, ['lines.0.status']],
    ['a line without an id', { ...words, lines: [{ amount: 1, status: 'pending' }] }, ['lines.0.line_id']],
    ['no version', { amount: 1, reason: 'a' }, ['version']],
    ['no reason', { amount: 1, version: 'a' }, ['reason']],
    ['a reason of two lines', { ...sound, reason: 'a\nb' }, ['reason']],
    ['a currency', { ...sound, currency: 'EUR' }, ['currency']],
  ] as const) {
    test(`refuses ${title}`, async () => assertViolations(await amend(body), fields));
  }

  testRefusals(amend, refuse, [
    [404, missing],
    [400, purchaseAlreadyReversed(details)],
    [409, amendmentConflict({ purchase_id: id, version: 'v1', amount: '1.00', reason: 'a' })],
    [409, walletFull({ amount: '1.00', currency: 'EUR' })],
  ]);
});

describe('POST /purchases/{id}/release', () => {
  const release = () => api('POST', `/purchases/${id}/release`, { token });

  test('answers the purchase, which is pending and no longer held', async () => {
    assertEqual((await release()).body, { id, status: 'pending', held: false });
    assertEqual(calls.at(-1), [id, ADMIN]);
  });

  testRefusals(release, refuse, [
    [404, missing],
    [409, purchaseNotHeld({ purchase_id: id, status: 'pending' })],
  ]);
});

describe('POST and PATCH /purchases/{id}/reverse', () => {
  for (const method of ['POST', 'PATCH'] as const) {
    for (const [title, request] of [
      ['no body', {}],
      ['an empty object', { body: {} }],
      ['a JSON header and no body', { headers: { 'content-type': 'application/json' } }],
    ] as const) {
      test(`${method} with ${title} is for the reason "returned"`, async () => {
        const answer = await api(method, `/purchases/${id}/reverse`, { token, ...request });
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        assertEqual(calls.at(-1), [id, 'returned', ADMIN]);
      });
    }
  }

  const reverse = (body: object = {}) => api('POST', `/purchases/${id}/reverse`, { token, body });

  for (const reason of ['returned', 'cancelled', 'declined', 'fraud', 'error']) {
    test(`may be for the reason "${reason}", and answers that nothing is left`, async () => {
      assertEqual((await reverse({ reason })).body, { id, status: 'reversed', cashback_amount: '0.00' });
      assertEqual(calls.at(-1), [id, reason, ADMIN]);
    });
  }

  for (const [body, field] of [
    [{ reason: 'regret' }, 'reason'],
    [{ reason: null }, 'reason'],
    [{ reason: 'fraud', amount: '1.00' }, 'amount'],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => {
      assertViolations(await reverse(body), [field]);
    });
  }

  testRefusals(() => reverse(), refuse, [
    [404, missing],
    [400, purchaseAlreadyReversed(details)],
  ]);
});

describe('an id that is no UUID', () => {
  for (const path of ['confirmation', 'release', 'reverse']) {
    test(`is refused by /purchases/7/${path}`, async () => {
      assertViolations(await api('POST', `/purchases/7/${path}`, { token }), ['id']);
    });
  }
});

describe('POST /purchases/settlements', () => {
  const settle = (body: unknown, headers: Record<string, string> = {}) =>
    api('POST', '/purchases/settlements', { token, body, headers });

  test('answers for each item, in order, with a summary; purchases go by either id', async () => {
    const other = newId();
    const answer = await settle([
      { external_id: 'a', action: 'confirm' },
      { purchase_id: other.toUpperCase(), action: 'reverse' },
      { external_id: 'missing', action: 'reverse', reason: 'declined' },
      { action: 'confirm' },
    ]);

    assert.equal(answer.status, 200);
    const shown = { external_id: 'order-1', purchase_id: id, status: 200 };
    assertEqual(answer.body.results.slice(0, 3), [
      { ...shown, purchase_status: 'confirmed', awaiting_release: false, cashback_amount: '2.50' },
      { ...shown, purchase_status: 'reversed', awaiting_release: false, cashback_amount: '0.00' },
      {
        external_id: 'missing',
        purchase_id: null,
        status: 404,
        error: { code: 'NOT_FOUND', message: missing.message, details: missing.details },
      },
    ]);
    assertEqual(answer.body.summary, { total: 4, accepted: 2, duplicates: 0, refused: 2 });
    assertEqual(calls.at(-1), [
      { externalId: 'a', to: 'confirmed', by: IDS.admin },
      { purchaseId: other, to: 'reversed', reason: 'returned', by: IDS.admin },
      { externalId: 'missing', to: 'reversed', reason: 'declined', by: IDS.admin },
    ]);
  });

  test('reads NDJSON', async () => {
    const body = ['a', 'b'].map((external_id) => JSON.stringify({ external_id, action: 'confirm' }));
    const answer = await settle(body.join('\n'), { 'content-type': 'application/x-ndjson' });
    assertEqual(answer.body.summary, { total: 2, accepted: 2, duplicates: 0, refused: 0 });
  });

  test('amends by the action "amend"', async () => {
    const words = { reason: 'a return', version: 'v1' };
    const answer = await settle([{ external_id: 'a', action: 'amend', amount: '29.90', ...words }]);
    assertEqual(answer.body.results, [
      {
        external_id: 'order-1',
        purchase_id: id,
        status: 200,
        purchase_status: 'pending',
        awaiting_release: false,
        cashback_amount: '1.50',
      },
    ]);
    const amendment = { statement: { amount: '29.90' }, ...words };
    assertEqual(calls.at(-1), [{ externalId: 'a', to: 'amended', amendment, by: IDS.admin }]);
  });

  const malformed: [what: string, item: object, violations: object[]][] = [
    [
      'neither id',
      { action: 'confirm' },
      [
        { field: 'external_id', reason: 'is required' },
        { field: 'purchase_id', reason: 'is required' },
        { field: 'body', reason: 'must have exactly one of external_id and purchase_id' },
      ],
    ],
    [
      'both ids',
      { external_id: 'x', purchase_id: id, action: 'confirm' },
      [{ field: 'body', reason: 'must have exactly one of external_id and purchase_id' }],
    ],
    [
      'a reason for a confirmation',
      { external_id: 'x', action: 'confirm', reason: 'fraud' },
      [{ field: 'action', reason: 'must be one of reverse, amend' }],
    ],
    [
      'a reason of a reversal that is none',
      { external_id: 'x', action: 'reverse', reason: 'a return' },
      [{ field: 'reason', reason: 'must be one of returned, cancelled, declined, fraud, error' }],
    ],
    [
      'an amount for a reversal',
      { external_id: 'x', action: 'reverse', amount: '1.00' },
      [{ field: 'action', reason: 'must be amend' }],
    ],
    [
      'an amendment without reason and version',
      { external_id: 'x', action: 'amend', amount: '1.00' },
      [
        { field: 'reason', reason: 'is required' },
        { field: 'version', reason: 'is required' },
      ],
    ],
    [
      'an unknown action',
      { external_id: 'x', action: 'pay' },
      [{ field: 'action', reason: 'must be one of confirm, reverse, amend' }],
    ],
    [
      'an unknown field',
      { external_id: 'x', action: 'confirm', partner_id: null },
      [{ field: 'partner_id', reason: 'is not known here' }],
    ],
  ];
  for (const [what, item, violations] of malformed) {
    test(`refuses an item with ${what}, and settles its neighbour`, async () => {
      const { body } = await settle([item, { external_id: 'sound', action: 'confirm' }]);
      const [broken, sound] = body.results;
      assertEqual([broken.status, sound.status], [422, 200]);
      assertEqual(new Set(broken.error.details.violations), new Set(violations));
    });
  }

  test('takes from 1 to 1000 items', async () => {
    const items = Array.from({ length: 1_001 }, (_, index) => ({
      external_id: `${index}`,
      action: 'confirm',
    }));
    assertViolations(await settle([]), ['body']);
    assertViolations(await settle(items), ['body']);
    assert.equal((await settle(items.slice(1))).status, 200);
  });
});

test('settlements answer 503 while the queue is full; a release does not wait in it', async (t) => {
  isFull = true;
  const paths = ['settlements', `${id}/confirmation`, `${id}/reverse`, `${id}/release`];
  const answers = await answersWhileFull(
    t,
    paths.map((path) => () => api('POST', `/purchases/${path}`, { token })),
  );
  isFull = false;
  for (const answer of answers.slice(0, 3)) assertRefused(answer, 503, 'OVERLOADED');
  assert.equal(answers[3]?.status, 200);
});
