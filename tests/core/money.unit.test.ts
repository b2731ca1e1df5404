import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  divideHalfEven,
  formatMoney,
  isCurrency,
  minimum,
  minorDigits,
  minorDigitsByCurrency,
  moneyFromNumeric,
  readMoney,
} from '../../src/core/money.ts';

/** ISO 4217, by the number of minor digits, without the codes that have none such as gold. */
const ISO_4217: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
    CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN
    NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC
    SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

test('the minor digits of each currency are those of ISO 4217', () => {
  const expected = Object.entries(ISO_4217).flatMap(([digits, codes]) =>
    codes.split(/\s+/).map((code) => [code, Number(digits)] as const),
  );
  assert.deepEqual(new Map([...minorDigitsByCurrency].sort()), new Map(expected.sort()));
});

/** One currency for each number of minor digits that ISO 4217 knows. */
const currencies = fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF');

describe('readMoney', () => {
  const accepted: [string | number, string, bigint][] = [
    ['10.05', 'EUR', 1005n],
    ['10', 'EUR', 1000n],
    ['10.5', 'EUR', 1050n],
    ['0.01', 'EUR', 1n],
    ['007.10', 'EUR', 710n],
    [10.05, 'EUR', 1005n],
    [0.1, 'EUR', 10n],
    ['9999999999.99', 'EUR', 999_999_999_999n],
    ['500', 'JPY', 500n],
    ['1.234', 'KWD', 1234n],
    ['1.2345', 'CLF', 12_345n],
  ];
  for (const [input, currency, minor] of accepted) {
    test(`takes ${JSON.stringify(input)} ${currency} as ${minor} minor units`, () => {
      assert.deepEqual(readMoney(input, currency), { minor });
    });
  }

  const refused: [string | number, string, RegExp][] = [
    ['10.005', 'EUR', /at most 2 decimals in EUR/],
    ['500.0', 'JPY', /at most 0 decimals in JPY/],
    ['1.2345', 'KWD', /at most 3 decimals in KWD/],
    ['1.23456', 'CLF', /at most 4 decimals in CLF/],
    ['12345678901', 'EUR', /at most 10 integer digits/],
    ['0', 'EUR', /must be above zero/],
    ['0.00', 'EUR', /must be above zero/],
    [0, 'EUR', /must be above zero/],
    ...[
      ...[
        '',
        ' ',
        '-1',
        '+1',
        '1e2',
        '1E2',
        'NaN',
        'Infinity',
        '1.',
        '.5',
        '1,5',
        '1_000',
        '0x10',
        ' 1',
        '1 ',
        '1\n',
      ],
      ...['١', '1.0.0', '--1', 'null', -1, Number.NaN, Number.POSITIVE_INFINITY, 1e21, 1e-7],
    ].map((input): [string | number, string, RegExp] => [input, 'EUR', /plain decimal above zero/]),
  ];
  for (const [input, currency, problem] of refused) {
    test(`refuses ${JSON.stringify(String(input))} ${currency}: ${problem.source}`, () => {
      const reading = readMoney(input, currency);
      assert.match('problem' in reading ? reading.problem : 'it was taken', problem);
    });
  }

  test('reads back exactly what formatMoney wrote, for any currency', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 99_999_999_999_999n }), currencies, (minor, currency) => {
        fc.pre(minor < 10n ** BigInt(10 + minorDigits(currency)));
        assert.deepEqual(readMoney(formatMoney(minor, currency), currency), { minor });
      }),
    );
  });

  test('never takes more decimals than the currency has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), currencies, (integer, currency) => {
        const decimals = '1'.repeat(minorDigits(currency) + 1);
        assert.ok('problem' in readMoney(`${integer}.${decimals}`, currency));
      }),
    );
  });
});

describe('formatMoney', () => {
  const table: [bigint, string, string][] = [
    [1005n, 'EUR', '10.05'],
    [5n, 'EUR', '0.05'],
    [0n, 'EUR', '0.00'],
    [-5n, 'EUR', '-0.05'],
    [-1005n, 'EUR', '-10.05'],
    [500n, 'JPY', '500'],
    [-500n, 'JPY', '-500'],
    [0n, 'JPY', '0'],
    [1n, 'KWD', '0.001'],
    [12_345n, 'CLF', '1.2345'],
    [9_007_199_254_740_993n, 'EUR', '90071992547409.93'],
  ];
  for (const [minor, currency, text] of table) {
    test(`shows ${minor} minor units of ${currency} as ${text}`, () => {
      assert.equal(formatMoney(minor, currency), text);
    });
  }
});

describe('moneyFromNumeric', () => {
  test('reads what PostgreSQL prints for numeric(19, 4)', () => {
    assert.equal(moneyFromNumeric('10.0500', 'EUR'), 1005n);
    assert.equal(moneyFromNumeric('-10.0500', 'EUR'), -1005n);
    assert.equal(moneyFromNumeric('-0.0500', 'EUR'), -5n);
    assert.equal(moneyFromNumeric('500.0000', 'JPY'), 500n);
    assert.equal(moneyFromNumeric('0', 'EUR'), 0n);
    assert.equal(moneyFromNumeric('1.2345', 'CLF'), 12_345n);
  });

  test('refuses a fraction of a minor unit instead of dropping it', () => {
    assert.throws(() => moneyFromNumeric('10.0501', 'EUR'), RangeError);
    assert.throws(() => moneyFromNumeric('500.1000', 'JPY'), RangeError);
    assert.throws(() => moneyFromNumeric('1.2345', 'KWD'), RangeError);
  });

  test('reads back every amount, negative ones too, with the trailing zeros of a numeric', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), currencies, (minor, currency) => {
        const digits = minorDigits(currency);
        const numeric = `${formatMoney(minor, currency)}${digits === 0 ? '.' : ''}${'0'.repeat(4 - digits)}`;
        assert.equal(moneyFromNumeric(numeric, currency), minor);
      }),
    );
  });
});

describe('divideHalfEven', () => {
  const table: [bigint, bigint, bigint][] = [
    [0n, 3n, 0n],
    [1n, 2n, 0n],
    [3n, 2n, 2n],
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [249n, 100n, 2n],
    [250n, 100n, 2n],
    [251n, 100n, 3n],
    [350n, 100n, 4n],
    [10n, 5n, 2n],
  ];
  for (const [numerator, denominator, quotient] of table) {
    test(`${numerator} ÷ ${denominator} is ${quotient}`, () => {
      assert.equal(divideHalfEven(numerator, denominator), quotient);
    });
  }

  test('is never further than half a unit away, and even when exactly half', () => {
    const numerators = fc.bigInt({ min: 0n, max: 10n ** 20n });
    fc.assert(
      fc.property(numerators, fc.bigInt({ min: 1n, max: 10n ** 6n }), (numerator, denominator) => {
        const quotient = divideHalfEven(numerator, denominator);
        const twiceError = 2n * (numerator - quotient * denominator);
        const distance = twiceError < 0n ? -twiceError : twiceError;
        assert.ok(distance <= denominator);
        if (distance === denominator) assert.equal(quotient % 2n, 0n);
      }),
    );
  });
});

describe('a currency', () => {
  test('has the minor digits of ISO 4217', () => {
    const digits = ['JPY', 'EUR', 'KWD', 'CLF'].map(minorDigits);
    assert.deepEqual(digits, [0, 2, 3, 4]);
  });

  test('that is not in ISO 4217 is refused in any spelling', () => {
    for (const code of ['eur', 'EURO', '', 'ZZZ', '__proto__', 'constructor']) {
      assert.equal(isCurrency(code), false, code);
      assert.throws(() => minorDigits(code), RangeError);
    }
  });
});

test('the minimum of two amounts is the smaller one, on either side', () => {
  assert.equal(minimum(1n, 2n), 1n);
  assert.equal(minimum(2n, 1n), 1n);
  assert.equal(minimum(-2n, 1n), -2n);
});
