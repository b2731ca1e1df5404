import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Type, { type TSchema } from 'typebox';
import { Several } from '../../../src/core/http/pagination.ts';
import {
  Currency,
  Id,
  Input,
  MoneyInput,
  MoneyOrZeroInput,
  Percentage,
  TimestampInput,
} from '../../../src/core/http/schemas.ts';
import { compileBody, compileQuery, compileText, violationsOf } from '../../../src/core/http/validation.ts';

const FORMATS: Record<string, { readonly good: readonly string[]; readonly bad: readonly string[] }> = {
  uuid: {
    good: ['01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e', '01936F2E-8C1B-7C3A-9D55-0B1F2A3C4D5E'],
    bad: [
      ...['', '01936f2e8c1b7c3a9d550b1f2a3c4d5e', '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5', 'me'],
      ...['{01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e}', '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5g'],
      ...['01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e\n', ' 01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e'],
      'urn:uuid:01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e',
    ],
  },
  date: {
    good: ['2026-03-14', '2024-02-29', '9999-12-31', '0001-01-01'],
    bad: [
      ...['', '2026-3-14', '2026-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '0000-01-01', '20260314'],
      ...['2026-03-14T00:00:00Z', '2026-03-14[u-ca=hebrew]', '+002026-03-14', '2026-03-14 ', '2026-03-14\n'],
    ],
  },
  'date-time': {
    good: [
      ...['2026-03-14T09:26:53Z', '2026-03-14T09:26:53.123456789Z', '2026-03-14T09:26:53+02:00'],
      ...['2026-03-14T09:26:53.5-11:30', '2026-03-14t09:26:53z', '2026-03-14T09:26:53+0200'],
    ],
    bad: [
      ...['', '2026-03-14', '2026-03-14T09:26:53', '2026-03-14 09:26:53Z', '2026-03-14T09:26Z'],
      ...['2026-02-30T09:26:53Z', '2026-03-14T24:00:00Z', '2026-03-14T09:60:00Z', '0000-03-14T09:26:53Z'],
      ...['2026-03-14T09:26:53+02', '2026-03-14T09:26:53Z[UTC]', '1773480413'],
      ...['2026-03-14T09:26:53.1234567890Z', '2026-03-14T09:26:53+25:00'],
    ],
  },
  email: {
    good: [
      ...[
        'alice@example.com',
        "o'neil+shop@sub.example.co",
        'A.B@Example.COM',
        ' alice@example.com\n',
        'x@xn--bcher-kva.example',
      ],
      `${'a'.repeat(64)}@example.com`,
    ],
    bad: [
      ...['', 'alice', 'alice@', '@example.com', 'alice@example', 'alice@@example.com', 'a b@example.com'],
      ...[
        'alice@-example.com',
        'alice@example-.com',
        'alice@.com',
        'alice@example..com',
        'alice@example.com.',
      ],
      ...['Alice <alice@example.com>', 'alice@exa_mple.com', 'älice@example.com'],
      `${'a'.repeat(65)}@example.com`,
    ],
  },
};

for (const [format, { good, bad }] of Object.entries(FORMATS)) {
  describe(`the format ${format}`, () => {
    const check = compileBody(Type.String({ format }));
    for (const text of good) test(`takes ${JSON.stringify(text)}`, () => assert.equal(check(text), true));
    for (const text of bad) test(`refuses ${JSON.stringify(text)}`, () => assert.equal(check(text), false));
  });
}

describe('a timestamp', () => {
  for (const [sent, read] of [
    ['2026-10-31T23:59:59.9999999Z', '2026-10-31T23:59:59.999999Z'],
    ['2026-11-01t01:30:00.5+0200', '2026-10-31T23:30:00.500000Z'],
    ['2026-03-14T09:26:53z', '2026-03-14T09:26:53.000000Z'],
  ] as const) {
    test(`${sent} is read in UTC and cut to the microsecond`, () => {
      const body = { at: sent };
      assert.equal(compileBody(Input({ at: TimestampInput }))(body), true);
      assert.equal(body.at, read);
    });
  }
});

describe('a range', () => {
  const schema = Input(
    { from: Type.Optional(TimestampInput), to: Type.Optional(TimestampInput) },
    { ranges: { from: 'to' } },
  );
  const early = '2026-03-14T09:26:53Z';
  const late = '2026-03-14T09:26:53.5Z';

  for (const query of [
    {},
    { from: late },
    { to: early },
    { from: early, to: late },
    { from: late, to: late },
  ]) {
    test(`may be ${JSON.stringify(query)}`, () => assert.deepEqual(violations(schema, { ...query }), {}));
  }

  test('must not end before it begins, in any time zone', () => {
    const reason = { to: 'must not be before `from`' };
    assert.deepEqual(violations(schema, { from: late, to: early }), reason);
    assert.deepEqual(violations(schema, { from: early, to: '2026-03-14T09:26:53+00:01' }), reason);
  });
});

describe('an integer of a query', () => {
  const check = compileText(Input({ limit: Type.Optional(Type.Integer({ minimum: -5, maximum: 100 })) }));

  for (const text of ['20', '007', '-5', '100']) {
    test(`takes ${text}`, () => assert.equal(check({ limit: text }), true));
  }
  for (const text of ['0x3', '1e1', '3.0', '+3', ' 3', '3 ', '', 'three', '0b11', '1_0']) {
    test(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(check({ limit: text }), false);
      assert.deepEqual(violationsOf(check.errors ?? [], 'querystring'), [
        { field: 'limit', reason: 'must be a whole number' },
      ]);
    });
  }
});

describe('a body', () => {
  const Order = Input(
    {
      amount: MoneyInput,
      currency: Type.String(),
      count: Type.Integer(),
      kind: Type.Enum(['new', 'used']),
      bought_on: Type.String({ format: 'date' }),
      address: Type.Optional(Input({ zip: Type.String({ minLength: 3 }) })),
      parts: Type.Optional(Type.Array(Input({ amount: MoneyOrZeroInput }))),
    },
    { moneyIn: { amount: 'currency', parts: { each: 'amount', currency: 'currency' } } },
  );
  const sound = { amount: '10.05', currency: 'EUR', count: 1, kind: 'new', bought_on: '2026-03-14' };

  test('that is right has no violations', () => {
    assert.deepEqual(violations(Order, sound), {});
  });

  test('names every violation with the path of its field', () => {
    const wrong = {
      amount: '0.001',
      currency: 'EUR',
      count: '1',
      bought_on: 'today',
      address: { zip: '1' },
      x: 1,
    };
    assert.deepEqual(violations(Order, wrong), {
      amount: 'must have at most 2 decimals in EUR',
      count: 'must be a whole number',
      kind: 'is required',
      bought_on: 'must be a valid date (YYYY-MM-DD)',
      'address.zip': 'must have at least 3 characters',
      x: 'is not known here',
    });
  });

  test('may have zero among the amounts of a list, and no more decimals than its currency', () => {
    const parts = [{ amount: '0' }, { amount: 0 }, { amount: '1.001' }, { amount: 0.5 }];
    assert.deepEqual(violations(Order, { ...sound, parts }), {
      'parts.2.amount': 'must have at most 2 decimals in EUR',
    });
    assert.deepEqual(violations(Order, { ...sound, currency: 'JPY', amount: 1, parts }), {
      'parts.2.amount': 'must have at most 0 decimals in JPY',
      'parts.3.amount': 'must have at most 0 decimals in JPY',
    });
    assert.deepEqual(violations(Order, { ...sound, parts: 'x' }), { parts: 'must be a list' });
    assert.deepEqual(violations(Order, { ...sound, parts: [null] }), { 'parts.0': 'must be an object' });
  });

  test('that is not an object is refused as a whole', () => {
    for (const body of [null, [], 'text', 1]) {
      assert.deepEqual(violations(Order, body), { body: 'must be an object' });
    }
  });

  test('names the choices where a value is none of them', () => {
    assert.deepEqual(violations(Order, { ...sound, kind: 'old' }), { kind: 'must be one of new, used' });
  });

  for (const [schema, value, reason] of [
    [Currency, 'euro', 'must be an ISO 4217 currency code such as EUR'],
    [Type.String({ pattern: '^a$' }), 'b', 'must be in the documented format'],
    [MoneyInput, 'much', 'must be a plain decimal such as 49.90, with at most 10 integer digits'],
    [MoneyInput, true, 'must be text or a number'],
    [MoneyInput, 0, 'must be above 0'],
    [MoneyInput, 1e10, 'must be below 10000000000'],
    [Percentage, 101, 'must be at most 100'],
    [Percentage, -1, 'must be at least 0'],
    [Percentage, 1.234_56, 'must have at most 4 decimals'],
    [Type.String({ minLength: 1 }), '', 'must have at least 1 character'],
    [Type.String({ maxLength: 2 }), 'abc', 'must have at most 2 characters'],
    [Type.Array(Type.Boolean(), { minItems: 1 }), [], 'must have at least 1 item'],
    [Type.Array(Type.Boolean(), { maxItems: 1 }), [true, true], 'must have at most 1 item'],
    [Type.Array(Type.Boolean()), {}, 'must be a list'],
    [Type.Boolean(), 'yes', 'must be true or false'],
    [Type.Object({}, { minProperties: 1 }), {}, 'must have at least 1 field'],
  ] as const) {
    test(`says "${reason}" of ${JSON.stringify(value)}`, () => {
      assert.deepEqual(violations(Input({ field: schema }), { field: value }), { field: reason });
    });
  }

  test('has errors without its values, as they are logged', () => {
    const check = compileBody(Order);
    check({ ...sound, amount: 'a secret', address: { zip: 'a secret' }, count: 'a secret' });
    assert.ok((check.errors?.length ?? 0) >= 2);
    assert.ok(!JSON.stringify(check.errors).includes('a secret'));
  });

  test('has errors without its values, because errors are logged', () => {
    const check = compileBody(Order);
    check({ ...sound, amount: 'a secret', address: { zip: 'a secret' }, count: 'a secret' });
    assert.ok((check.errors?.length ?? 0) >= 2);
    assert.ok(!JSON.stringify(check.errors).includes('a secret'));
  });

  test('is never changed by its validation: nothing coerced, dropped or filled in', () => {
    const body = { ...sound, count: '1', unknown: true };
    const before = structuredClone(body);
    violations(Order, body);
    assert.deepEqual(body, before);
  });

  test('may name __proto__ without harm', () => {
    const body = JSON.parse('{"__proto__":{"admin":true}}');
    assert.equal(violations(Order, { ...sound, ...body }).amount, undefined);
    assert.ok('__proto__' in violations(Order, body) || 'amount' in violations(Order, body));
  });

  for (const [amount, currency] of [
    ['0.00', 'EUR'],
    ['-1', 'EUR'],
    ['1e2', 'EUR'],
    ['NaN', 'EUR'],
    ['12345678901', 'EUR'],
    ['1.5', 'JPY'],
    [0, 'EUR'],
    [-1, 'EUR'],
    [1.005, 'EUR'],
    [true, 'EUR'],
    [null, 'EUR'],
    [['1'], 'EUR'],
  ] as const) {
    test(`with the amount ${JSON.stringify(amount)} ${currency} is refused`, () => {
      assert.deepEqual(Object.keys(violations(Order, { ...sound, amount, currency })), ['amount']);
    });
  }

  for (const [amount, currency] of [
    ['500', 'JPY'],
    ['1.234', 'KWD'],
    [49.9, 'EUR'],
    [4.35, 'EUR'],
  ] as const) {
    test(`with the amount ${JSON.stringify(amount)} ${currency} is taken`, () => {
      assert.deepEqual(violations(Order, { ...sound, amount, currency }), {});
    });
  }
});

describe('a percentage', () => {
  const check = compileBody(Percentage);
  test('has at most four decimals, exactly counted', () => {
    for (const value of [0, 100, 4.35, 0.1, 1.1, 2.2345, 99.9999])
      assert.equal(check(value), true, String(value));
    for (const value of [4.350_01, 1e-7, 0.000_01, -1, 100.0001, 101, '5', null]) {
      assert.equal(check(value), false, String(value));
    }
  });
});

describe('a query', () => {
  const Query = Input({
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    all: Type.Optional(Type.Boolean()),
  });
  const check = compileText(Query);

  test('is text: numbers and booleans are read from it, and defaults are filled in', () => {
    const query = { all: 'true' };
    assert.equal(check(query), true);
    assert.deepEqual(query, { all: true, limit: 20 });
  });

  test('with a wrong type is refused, and so are unknown parameters', () => {
    for (const query of [{ limit: 'ten' }, { limit: '1.5' }, { limit: '' }, { all: 'yes' }, { page: '1' }]) {
      assert.equal(check({ ...query }), false, JSON.stringify(query));
    }
    for (const limit of ['0', '101', '-1', '1e3', ['1', '2']]) {
      assert.equal(check({ limit }), false, `limit=${limit}`);
    }
  });
});

function violations(schema: TSchema, value: unknown): Record<string, string> {
  const check = compileBody(schema);
  if (check(value)) return {};
  return Object.fromEntries(violationsOf(check.errors ?? []).map(({ field, reason }) => [field, reason]));
}

describe('an id', () => {
  const upper = '01936F2E-8C1B-7C3A-9D55-0B1F2A3C4D5E';
  for (const compile of [compileBody, compileText]) {
    test(`is read in lower case by ${compile.name}, also in a list`, () => {
      const validate = compile(Input({ id: Id, ids: Type.Array(Id), none: Type.Union([Id, Type.Null()]) }));
      const value = { id: upper, ids: [upper], none: null };

      assert.ok(validate(value));

      assert.deepEqual(value, { id: upper.toLowerCase(), ids: [upper.toLowerCase()], none: null });
    });
  }
});

describe('a query', () => {
  const check = compileQuery(
    Input({
      status: Several(Type.Enum(['open', 'done'])),
      user_id: Several(Id),
      name: Type.Optional(Type.String({ minLength: 1 })),
      limit: Type.Optional(Type.Integer({ default: 20 })),
    }),
  );
  const read = (query: Record<string, unknown>) => {
    assert.equal(check(query), true, JSON.stringify(check.errors));
    return query;
  };
  const violations = (query: Record<string, unknown>) => {
    assert.equal(check(query), false);
    return violationsOf(check.errors ?? []);
  };

  test('makes a list of one value, and keeps the order of several', () => {
    assert.deepEqual(read({ status: 'open' }), { status: ['open'], limit: 20 });
    assert.deepEqual(read({ status: ['done', 'open'] }), { status: ['done', 'open'], limit: 20 });
  });

  test('ignores what is empty, alone or among other values', () => {
    const empty = { status: ['', 'open'], user_id: '', name: '', limit: '' };
    assert.deepEqual(read(empty), { status: ['open'], limit: 20 });
    assert.deepEqual(read({ status: ['', ''] }), { limit: 20 });
  });

  test('converts each value as it would a single one', () => {
    const id = '01936F2E-8C1B-7C3A-9D55-0B1F2A3C4D5E';
    assert.deepEqual(read({ user_id: [id, id] }).user_id, [id.toLowerCase(), id.toLowerCase()]);
  });

  test('names the parameter whose value is wrong, once', () => {
    assert.deepEqual(violations({ status: ['shut', 'open', 'lost'] }), [
      { field: 'status', reason: 'must be one of open, done' },
    ]);
  });

  test('refuses several values where one is meant, and more than twenty', () => {
    assert.deepEqual(violations({ name: ['a', 'b'] }), [{ field: 'name', reason: 'must be text' }]);
    const many = Array.from({ length: 21 }, () => 'open');
    assert.deepEqual(violations({ status: many }), [
      { field: 'status', reason: 'must have at most 20 items', rule: 'max_items', limit: '20' },
    ]);
  });

  test('refuses NUL, which PostgreSQL cannot store', () => {
    assert.deepEqual(violations({ name: 'a\0b' }), [{ field: 'name', reason: 'must be text without NUL' }]);
  });
});
