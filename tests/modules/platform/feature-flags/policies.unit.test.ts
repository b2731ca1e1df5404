import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { FlagScope } from '../../../../src/modules/platform/feature-flags/model.ts';
import { flagRule, requireScope } from '../../../../src/modules/platform/feature-flags/policies.ts';
import { assertEqual } from '../../../support/equality.ts';

type Setting = { readonly scope: FlagScope; readonly enabled: boolean };

const GLOBAL = { type: 'global', id: null } as const;
const ofUser = (id: string) => ({ type: 'user', id }) as const;
const ofMerchant = (id: string) => ({ type: 'merchant', id }) as const;
const on = (scope: FlagScope): Setting => ({ scope, enabled: true });
const off = (scope: FlagScope): Setting => ({ scope, enabled: false });

describe('of the settings of a flag the narrowest wins', () => {
  const somebody = { userId: 'u', merchantId: 'm' };
  const table: [string, readonly Setting[], object, boolean, string][] = [
    ['none at all', [], somebody, true, 'default'],
    ['the global one', [off(GLOBAL)], somebody, false, 'global'],
    ['the global one, when nobody in particular asks', [off(GLOBAL)], {}, false, 'global'],
    ['a merchant over global', [off(GLOBAL), on(ofMerchant('m'))], somebody, true, 'merchant'],
    ['a user over global', [on(GLOBAL), off(ofUser('u'))], somebody, false, 'user'],
    ['a user over a merchant', [on(ofMerchant('m')), off(ofUser('u'))], somebody, false, 'user'],
    ['a user over both', [off(GLOBAL), off(ofMerchant('m')), on(ofUser('u'))], somebody, true, 'user'],
    [
      'a merchant, for a purchase without a user',
      [off(ofMerchant('m'))],
      { merchantId: 'm' },
      false,
      'merchant',
    ],
    ['those of others have no say', [off(ofMerchant('x')), off(ofUser('x'))], somebody, true, 'default'],
    [
      'a merchant of the same id as the user has no say',
      [off(ofMerchant('u'))],
      { userId: 'u' },
      true,
      'default',
    ],
    [
      'a user of the same id as the merchant has no say',
      [off(ofUser('m'))],
      { merchantId: 'm' },
      true,
      'default',
    ],
  ];
  for (const [title, settings, subject, enabled, decidedBy] of table) {
    test(`${title}: ${enabled ? 'on' : 'off'}, decided by ${decidedBy}`, () => {
      assertEqual(flagRule(settings)(subject), { enabled, decidedBy });
      assertEqual(flagRule(settings.toReversed())(subject), { enabled, decidedBy });
    });
  }

  test('whatever settings there are, in whatever order', () => {
    const id = fc.constantFrom('a', 'b', 'c');
    const scope: fc.Arbitrary<FlagScope> = fc.oneof(fc.constant(GLOBAL), id.map(ofUser), id.map(ofMerchant));
    const settings = fc.uniqueArray(fc.record({ scope, enabled: fc.boolean() }), {
      selector: ({ scope: { type, id: of } }) => `${type}:${of}`,
    });
    const subject = fc.record({
      userId: fc.option(id, { nil: undefined }),
      merchantId: fc.option(id, { nil: undefined }),
    });

    fc.assert(
      fc.property(settings, subject, (given, { userId, merchantId }) => {
        const enabledOf = (type: string, of: string | null | undefined) =>
          given.find(({ scope }) => scope.type === type && scope.id === of)?.enabled;
        const { enabled, decidedBy } = flagRule(given)({ userId, merchantId });
        const inOrder = [
          ['user', enabledOf('user', userId)],
          ['merchant', enabledOf('merchant', merchantId)],
          ['global', enabledOf('global', null)],
          ['default', true],
        ];
        assertEqual(
          [decidedBy, enabled],
          inOrder.find(([, said]) => said !== undefined),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a scope', () => {
  test('of the global scope has no id, and every other one has', () => {
    assertEqual(requireScope('global', undefined), GLOBAL);
    assertEqual(requireScope('user', 'u'), ofUser('u'));
    assertEqual(requireScope('merchant', 'm'), ofMerchant('m'));
  });

  test('global with an id breaks a rule', () => {
    assert.throws(() => requireScope('global', 'u'), {
      kind: 'invalid',
      code: 'VALIDATION_ERROR',
      details: { violations: [{ field: 'scope_id', reason: 'must be omitted in the global scope' }] },
    });
  });

  for (const type of ['user', 'merchant'] as const) {
    test(`${type} without an id is refused`, () => {
      assert.throws(() => requireScope(type, undefined), {
        kind: 'unprocessable',
        code: 'FEATURE_FLAG_SCOPE_ID_REQUIRED',
        details: { scope_type: type },
      });
    });
  }
});
