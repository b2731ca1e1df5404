import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { overloaded } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import { unsupportedCurrency } from '../../../../src/core/money.ts';
import { failure, success } from '../../../../src/core/outcome.ts';
import {
  duplicatePurchase,
  merchantNotEligible,
  offerNotAvailable,
  userNotEligible,
} from '../../../../src/modules/earning/purchases/errors.ts';
import type { PurchaseReport } from '../../../../src/modules/earning/purchases/model.ts';
import { type NoteRefusal, reportRoutes } from '../../../../src/modules/earning/purchases/report-routes.ts';
import type { PurchaseService } from '../../../../src/modules/earning/purchases/service.ts';
import { walletFull } from '../../../../src/modules/money/wallets/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls, fakeLimits } from '../../../support/fakes.ts';
import { type Answer, assertRefused } from '../../../support/inject.ts';
import { aLine, aPurchase, aReward, MERCHANT, SHOPPER } from '../../../support/purchases-builders.ts';
import {
  answersWhileFull,
  assertViolations,
  IDS,
  serveRoutes,
  testAccess,
  testRefusals,
} from '../../../support/routes.ts';

const REFUSED = 'refused';
const purchase = aPurchase();
const accepted = { purchase, reward: aReward(), matched: false };
const duplicate = duplicatePurchase({ external_id: REFUSED, purchase: {}, differences: [] });

/** The submissions of each call of the service. */
const submitted: (readonly PurchaseReport[])[] = [];
const { called, refuse } = fakeCalls();
let isFull = false;
const service = fake<PurchaseService>({
  reportPurchase: (submission) => {
    submitted.push([submission]);
    return called(accepted);
  },
  reportPurchases: async (list) => {
    submitted.push(list);
    return list.map(({ externalId }) => (externalId === REFUSED ? failure(duplicate) : success(accepted)));
  },
  isReportingFull: () => isFull,
});
const { limitRate, counted } = fakeLimits();
/** The refusals that were noted since they were last looked at. */
const noted: Parameters<NoteRefusal>[0][] = [];
const noteRefusal: NoteRefusal = (refusal) => void noted.push(refusal);
const api = await serveRoutes(
  reportRoutes(service, { limitRate, perMinutePerUser: 30, perMinutePerPartner: 600, noteRefusal }),
);
const token = 'admin';

const sound = {
  external_id: 'order-1',
  user_id: SHOPPER,
  merchant_id: MERCHANT,
  amount: '49.90',
  currency: 'EUR',
};
const submission = {
  externalId: 'order-1',
  userId: SHOPPER,
  merchantId: MERCHANT,
  amount: 49_90n,
  currency: 'EUR',
  purchasedAt: undefined,
};

/** The submissions that the last call handed to the service, without their actors. */
function handedOver(): object[] {
  return (submitted.at(-1) ?? []).map(({ actor: _, ...rest }) => rest);
}

/** The body as JSON, with a raw text in the place of a field's value. */
const withRaw = (field: string, raw: string) =>
  JSON.stringify({ ...sound, [field]: '@' }).replace('"@"', raw);

function report(body: unknown): Promise<Answer> {
  const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
  return api('POST', '/purchases', { token, body, headers });
}

describe('access', () => {
  testAccess(api, 'POST', '/purchases', ['user', 'admin', 'partner']);
  testAccess(api, 'POST', '/purchases/batch', ['admin', 'partner']);
});

describe('POST /purchases', () => {
  test('answers 201 with the purchase and its reward', async () => {
    const answer = await report(sound);
    assert.equal(answer.status, 201);
    assertEqual(answer.body, {
      id: purchase.id,
      status: 'pending',
      cashback_amount: '2.50',
      matched: false,
    });
    assertEqual(handedOver(), [submission]);
  });

  for (const caller of ['admin', 'user', 'partner'] as const) {
    test(`reports as the ${caller} who sends it`, async () => {
      await api('POST', '/purchases', { token: caller, body: sound });
      const [handed] = submitted.at(-1) ?? [];
      assertEqual([handed?.actor.type, handed?.actor.id], [caller, IDS[caller]]);
    });
  }

  test('takes ids in either case, and a time with an offset, which it converts to UTC', async () => {
    await report({
      ...sound,
      user_id: SHOPPER.toUpperCase(),
      merchant_id: MERCHANT.toUpperCase(),
      purchased_at: '2026-03-13T22:00:00.123456+02:00',
    });
    const purchasedAt = Temporal.Instant.from('2026-03-13T20:00:00.123456Z');
    assertEqual(handedOver(), [{ ...submission, purchasedAt }]);
  });

  test('takes a reference of the user instead of the id, in its one spelling', async () => {
    await report({ ...sound, user_id: undefined, user_reference: 'ｃ-1' });
    const { userId: _, ...rest } = submission;
    assertEqual(handedOver(), [{ ...rest, userReference: 'c-1' }]);
  });

  test('refuses both names of the user at once', async () => {
    const answer = await report({ ...sound, user_reference: 'c-1' });
    assertRefused(answer, 422, 'VALIDATION_ERROR');
    const reason = 'must have exactly one of user_id and user_reference';
    assertEqual(answer.body.error.details.violations, [{ field: 'body', reason }]);
  });

  test('takes the parts of the order, of which one may be zero', async () => {
    const line = { line_id: 'a', amount: '49.90', category: 'books', status: 'pending' };
    await report({ ...sound, lines: [line, { line_id: 'b', amount: 0, status: 'rejected' }] });
    const lines = [
      aLine({ category: 'books', status: 'pending' }),
      aLine({ lineId: 'b', amount: 0n, status: 'rejected' }),
    ];
    assertEqual(handedOver(), [{ ...submission, lines }]);
  });

  const lineShapes: [title: string, line: Record<string, unknown> | undefined, field: string][] = [
    ['without any line', undefined, 'lines'],
    ['with a line without an id', { line_id: undefined }, 'lines.0.line_id'],
    ['with an unknown status of a line', { status: 'open' }, 'lines.0.status'],
    ['with an unknown field of a line', { name: 'book' }, 'lines.0.name'],
    ['with too many decimals of a line', { amount: '1.001' }, 'lines.0.amount'],
    ['with a negative line', { amount: -1 }, 'lines.0.amount'],
  ];
  for (const [title, fields, field] of lineShapes) {
    test(`refuses lines ${title}`, async () => {
      const line = { line_id: 'a', amount: '49.90', status: 'approved', ...fields };
      assertViolations(await report({ ...sound, lines: fields === undefined ? [] : [line] }), [field]);
    });
  }

  test('counts each request of a user and of a partner against the limit of the caller', async () => {
    for (const caller of ['admin', 'user', 'partner'] as const) {
      counted.length = 0;
      await api('POST', '/purchases', { token: caller, body: sound });
      assertEqual(counted, [
        ['purchases by user', 30, caller === 'user' ? IDS.user : undefined],
        ['purchases by partner', 600, caller === 'partner' ? IDS.partner : undefined],
      ]);
    }
  });

  testRefusals(() => report(sound), refuse, [
    [409, duplicate],
    [422, unsupportedCurrency({ currency: 'USD', supported: ['EUR'] })],
    [422, userNotEligible({ user_id: SHOPPER, reason: 'inactive' })],
    [422, merchantNotEligible({ merchant_id: MERCHANT, reason: 'unknown' })],
    [422, offerNotAvailable({ merchant_id: MERCHANT, purchased_on: '2026-03-14', currency: 'EUR' })],
    [409, walletFull({ amount: '49.90', currency: 'EUR' })],
    [503, overloaded({ retry_after_seconds: 1 })],
  ]);

  const shapes: [title: string, fields: Record<string, unknown>, field: string][] = [
    ['an empty external id', { external_id: '' }, 'external_id'],
    ['an external id of 256 characters', { external_id: 'x'.repeat(256) }, 'external_id'],
    ['a number as external id', { external_id: 7 }, 'external_id'],
    ['a NUL in the external id', { external_id: 'a\0b' }, 'external_id'],
    ['half a character in the external id', { external_id: 'a\ud800b' }, 'external_id'],
    ['a user id that is no UUID', { user_id: 'me' }, 'user_id'],
    [
      'a reference of the user on two lines',
      { user_id: undefined, user_reference: 'a\nb' },
      'user_reference',
    ],
    ['a merchant id that is no UUID', { merchant_id: '1' }, 'merchant_id'],
    ['a lower-case currency', { currency: 'eur' }, 'currency'],
    ['an unknown property', { cashback_amount: '100.00' }, 'cashback_amount'],
    ['a decimal in yen', { currency: 'JPY', amount: '1.0' }, 'amount'],
    ['four decimals in dinars', { currency: 'KWD', amount: '1.0001' }, 'amount'],
    ['a day as time', { purchased_at: '2026-03-01' }, 'purchased_at'],
    ['a time without an offset', { purchased_at: '2026-03-01T10:00:00' }, 'purchased_at'],
    ['a day that does not exist', { purchased_at: '2026-02-30T10:00:00Z' }, 'purchased_at'],
    ['a time before the year 1', { purchased_at: '0001-01-01T00:00:00+23:59' }, 'purchased_at'],
    ['a time after the year 9999', { purchased_at: '9999-12-31T23:59:59-23:59' }, 'purchased_at'],
  ];
  for (const [title, fields, field] of shapes) {
    test(`refuses ${title}`, async () => {
      assertViolations(await report({ ...sound, ...fields }), [field]);
    });
  }

  test('names all violations at once', async () => {
    const fields = ['amount', 'body', 'external_id', 'merchant_id', 'user_id', 'user_reference'];
    assertViolations(await report({ amount: '-1', currency: 'EUR' }), fields);
  });

  test('says that a missing amount is required', async () => {
    const answer = await report({ ...sound, amount: undefined });
    assertViolations(answer, ['amount']);
    assertEqual(answer.body.error.details.violations, [{ field: 'amount', reason: 'is required' }]);
  });
});

describe('an amount', () => {
  // Written as JSON text, so that what arrives is what is written here.
  const taken: [raw: string, minor: bigint, currency?: string][] = [
    ['"10.05"', 10_05n],
    ['10.05', 10_05n],
    ['10', 10_00n],
    ['"10"', 10_00n],
    ['"10.5"', 10_50n],
    ['"0.01"', 1n],
    ['0.01', 1n],
    ['"0010.05"', 10_05n],
    ['"9999999999.99"', 9_999_999_999_99n],
    ['9999999999.99', 9_999_999_999_99n],
    ['1.10', 1_10n],
    ['"1050"', 1050n, 'JPY'],
    ['1070', 1070n, 'JPY'],
    ['"10.055"', 10_055n, 'KWD'],
    ['10.05', 10_050n, 'KWD'],
    // The rules refuse the currency before they use the amount.
    ['"10.05"', 0n, 'XXQ'],
  ];
  for (const [raw, minor, currency = 'EUR'] of taken) {
    test(`of ${raw} ${currency} is taken as ${minor} minor units`, async () => {
      const answer = await report(withRaw('amount', raw).replace('EUR', currency));
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      assertEqual(handedOver(), [{ ...submission, currency, amount: minor }]);
    });
  }

  const refused = [
    '1e2',
    '1E2',
    '"1e2"',
    '10.055',
    '"10.055"',
    '"0.00"',
    '0',
    '0.0',
    '"0"',
    '-1',
    '"-1"',
    '-0.01',
    '"+1"',
    'NaN',
    '"NaN"',
    'Infinity',
    '"Infinity"',
    '"12345678901"',
    '12345678901',
    '"12345678901.00"',
    '0.1e1',
    '1e-2',
    '0.00000001',
    '""',
    '" 1"',
    '"1 "',
    '"1\\n"',
    '"1,00"',
    '".5"',
    '"5."',
    '"0x10"',
    '"١٢"',
    '"1_000"',
    'null',
    'true',
    '[1]',
    '{"value":1}',
    '9007199254740993',
    '10.0500000000000000001',
  ];
  for (const raw of refused) {
    test(`of ${raw} is refused`, async () => {
      const before = submitted.length;
      const answer = await report(withRaw('amount', raw));
      assertRefused(answer, 422, 'VALIDATION_ERROR');
      assert.match(answer.body.error.details.violations[0].field, /^(amount|body)$/);
      assert.equal(submitted.length, before);
    });
  }
});

describe('POST /purchases/batch', () => {
  const submit = (body: unknown, type = 'application/json') =>
    api('POST', '/purchases/batch', {
      token,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': type },
    });
  const statuses = ({ body }: Answer) =>
    body.results.map((result: { external_id: string; status: number }) => [
      result.external_id,
      result.status,
    ]);

  test('answers for each item, in order, with a summary; only readable items reach the service', async () => {
    const answer = await submit([
      { ...sound, external_id: 'a' },
      { ...sound, external_id: 'b', amount: '1.005' },
      { ...sound, external_id: REFUSED },
      'no object',
      null,
      { external_id: 5 },
      { ...sound, external_id: 'c', purchased_at: '9999-12-31T23:59:59-23:59' },
      { ...sound, external_id: 'd' },
    ]);

    assert.equal(answer.status, 200);
    assertEqual(statuses(answer), [
      ['a', 201],
      ['b', 422],
      [REFUSED, 409],
      [null, 422],
      [null, 422],
      [null, 422],
      ['c', 422],
      ['d', 201],
    ]);
    assertEqual(answer.body.results[0], {
      external_id: 'a',
      status: 201,
      id: purchase.id,
      cashback_amount: '2.50',
      matched: false,
    });
    assertEqual(answer.body.results[2].error, {
      code: 'DUPLICATE_PURCHASE',
      message: duplicate.message,
      details: { external_id: REFUSED, purchase: {}, differences: [] },
    });
    assertEqual(answer.body.summary, { total: 8, accepted: 2, duplicates: 1, refused: 5 });
    assertEqual(
      handedOver(),
      ['a', REFUSED, 'd'].map((externalId) => ({ ...submission, externalId })),
    );
  });

  test('reads NDJSON line by line, and a broken line spoils no other', async () => {
    const lines = [
      JSON.stringify({ ...sound, external_id: 'line-1' }),
      '{"external_id": "line-2", broken',
      '',
      withRaw('amount', '1e2').replace('order-1', 'line-3'),
      JSON.stringify({ ...sound, external_id: 'line-4' }),
      '[1]',
    ];
    const answer = await submit(`${lines.join('\r\n')}\n`, 'application/x-ndjson');
    assertEqual(statuses(answer), [
      ['line-1', 201],
      [null, 422],
      ['line-3', 422],
      ['line-4', 201],
      [null, 422],
    ]);
  });

  test('refuses an item alone whose JSON has a value that cannot be kept', async () => {
    const items = [
      JSON.stringify({ ...sound, external_id: 'item-1' }),
      withRaw('amount', '1e2').replace('order-1', 'item-2'),
      withRaw('external_id', '"item-\\u0000"'),
      withRaw('external_id', '"\\ud800"'),
      JSON.stringify({ ...sound, external_id: 'item-5' }),
    ];
    assertEqual(statuses(await submit(`[${items.join(',')}]`)), [
      ['item-1', 201],
      ['item-2', 422],
      [null, 422],
      [null, 422],
      ['item-5', 201],
    ]);
  });

  test('takes 1000 items, and refuses 1001 or none as a whole', async () => {
    const thousand = Array.from({ length: 1000 }, () => ({ ...sound, external_id: newId() }));
    assertEqual((await submit(thousand)).body.summary.accepted, 1000);
    assertViolations(await submit([...thousand, sound]), ['body']);
    assertViolations(await submit([]), ['body']);
    assertViolations(await submit('', 'application/x-ndjson'), ['body']);
  });

  test('refuses what is no list, no JSON or of another type as a whole', async () => {
    assertViolations(await submit(sound), ['body']);
    assertViolations(await submit('[{'), ['body']);
    assertRefused(await submit('a,b', 'text/csv'), 415, 'UNSUPPORTED_MEDIA_TYPE');
  });
});

test('reports answer 503 while the queue is full, whatever their body is', async (t) => {
  isFull = true;
  const paths = ['/purchases', '/purchases/batch'];
  const answers = await answersWhileFull(
    t,
    paths.map((path) => () => api('POST', path, { token, body: {} })),
  );
  isFull = false;
  for (const answer of answers) assertRefused(answer, 503, 'OVERLOADED');
});

describe('answers with an error are noted', () => {
  const noteOf = (act: () => Promise<Answer>) => async () => {
    noted.length = 0;
    const { headers } = await act();
    const ofRequest = ({ requestId }: (typeof noted)[number]) => requestId === headers['x-request-id'];
    assert.ok(noted.every(ofRequest), JSON.stringify(noted));
    return noted.map(({ partnerId, externalId, error }) => [partnerId, externalId, error.code]);
  };
  const byPartner = (path: string, body: unknown) =>
    noteOf(() => api('POST', path, { token: 'partner', body }))();

  test('with the partner, the external id and the error', async () => {
    refuse(userNotEligible({ user_id: SHOPPER, reason: 'unknown' }));
    assert.deepEqual(await byPartner('/purchases', sound), [[IDS.partner, 'order-1', 'USER_NOT_ELIGIBLE']]);
  });

  test('also of a report that has the wrong shape', async () => {
    assert.deepEqual(await byPartner('/purchases', { ...sound, amount: 'much' }), [
      [IDS.partner, 'order-1', 'VALIDATION_ERROR'],
    ]);
    assert.deepEqual(await byPartner('/purchases', { ...sound, external_id: 7 }), [
      [IDS.partner, null, 'VALIDATION_ERROR'],
    ]);
  });

  test('item by item', async () => {
    const items = [sound, { ...sound, external_id: REFUSED }, { external_id: 'torn' }, null];
    assert.deepEqual(await byPartner('/purchases/batch', items), [
      [IDS.partner, REFUSED, 'DUPLICATE_PURCHASE'],
      [IDS.partner, 'torn', 'VALIDATION_ERROR'],
    ]);
  });

  test('not of others, and not of a request without a report', async () => {
    const items = [{ external_id: 'torn' }];
    assert.deepEqual(await noteOf(() => api('POST', '/purchases/batch', { token, body: items }))(), []);
    assert.deepEqual(await noteOf(() => api('POST', '/purchases', { token: 'user', body: {} }))(), []);
    assert.deepEqual(await noteOf(() => api('POST', '/purchases', { token: 'partner' }))(), []);
  });
});
