import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import {
  lookupKeysOf,
  namespaceOf,
  namespaceOfShop,
  orderKeyOf,
  PLATFORM,
  type Reporter,
  type Witness,
} from '../../../../src/modules/earning/purchases/model.ts';
import { nameBook } from '../../../../src/modules/earning/purchases/naming.ts';
import { assertEqual } from '../../../support/equality.ts';
import {
  adminActor,
  aPurchase,
  MERCHANT,
  NOW,
  partnerActor,
  SHOPPER,
  STRANGER,
  userActor,
} from '../../../support/purchases-builders.ts';
import { refusalOf } from '../../../support/rejections.ts';

const PARTNER = partnerActor(newId());
const PER_SHOP: Reporter = { ...PARTNER, externalIdScope: 'merchant' };
const [OTHER_SHOP] = [newId()];

describe('the namespace of external ids', () => {
  test('is the shopper, the partner, or one for all administrators', () => {
    assert.equal(namespaceOf(userActor(SHOPPER), MERCHANT), SHOPPER);
    assert.equal(namespaceOf(PARTNER, MERCHANT), PARTNER.id);
    assert.equal(namespaceOf(adminActor(STRANGER), MERCHANT), PLATFORM);
  });

  test('is one for each shop of a partner whose ids are per shop: a UUID, always the same', () => {
    const namespace = namespaceOf(PER_SHOP, MERCHANT);
    assert.equal(namespace, namespaceOfShop(String(PARTNER.id), MERCHANT));
    assert.match(namespace, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(namespace, namespaceOf(PER_SHOP, OTHER_SHOP));
    assert.equal(namespaceOf(PER_SHOP), PARTNER.id);
  });

  test('of a lookup is that of the shop first, then that from before ids were per shop', () => {
    const keys = lookupKeysOf({ actor: PER_SHOP, externalId: 'a ', merchantId: MERCHANT });
    const shop = namespaceOf(PER_SHOP, MERCHANT);
    assertEqual(keys, [
      { namespace: shop, externalId: 'a ' },
      { namespace: shop, externalId: 'a' },
      { namespace: PARTNER.id, externalId: 'a ' },
      { namespace: PARTNER.id, externalId: 'a' },
    ]);
    assertEqual(lookupKeysOf({ actor: PARTNER, externalId: 'a', merchantId: MERCHANT }), [
      { namespace: PARTNER.id, externalId: 'a' },
    ]);
  });
});

describe('an external id', () => {
  const purchase = aPurchase({ partnerId: PARTNER.id, externalId: 'a' });
  const witness: Witness & { merchantId: string } = {
    namespace: String(PARTNER.id),
    externalId: 'a',
    purchaseId: newId(),
    kind: 'partner',
    partnerId: PARTNER.id,
    amount: 1n,
    currency: 'EUR',
    reportedAt: NOW,
    merchantId: MERCHANT,
  };
  const reference = { actor: PARTNER, externalId: 'a' };

  test('names the purchase that was recorded under it', () => {
    assert.equal(nameBook([purchase], []).find(reference), purchase.id);
    assert.equal(nameBook([purchase], []).find({ ...reference, externalId: 'b' }), undefined);
  });

  test('names the purchase of its witness', () => {
    assert.equal(nameBook([], [witness]).find(reference), witness.purchaseId);
  });

  test('of a duplicate names the purchase that took it over', () => {
    const duplicate = { ...purchase, reversalReason: 'duplicate' as const };
    assert.equal(nameBook([duplicate], [witness]).find(reference), witness.purchaseId);
    assert.equal(nameBook([duplicate], []).find(reference), purchase.id);
  });

  test('that names two purchases is refused', () => {
    const refusal = refusalOf(() => nameBook([purchase], [witness]).find(reference));
    assert.equal(refusal.code, 'AMBIGUOUS_REFERENCE');
    assertEqual(refusal.details, {
      external_id: 'a',
      purchase_ids: `${purchase.id}, ${witness.purchaseId}`,
    });
  });

  test('from before ids were per shop is that of its own shop only', () => {
    const book = nameBook([purchase], []);
    assert.equal(book.find({ actor: PER_SHOP, externalId: 'a', merchantId: MERCHANT }), purchase.id);
    assert.equal(book.find({ actor: PER_SHOP, externalId: 'a', merchantId: OTHER_SHOP }), undefined);
  });
});

describe('a reference of an order', () => {
  for (const [text, key] of [
    ['#1001', '1001'],
    ['A-1001/b', 'a1001b'],
    ['１００１', '1001'],
    ['Ärger 7', 'ärger7'],
    ['№ 5', 'no5'],
  ] as const) {
    test(`${text} is compared as ${key}`, () => assert.equal(orderKeyOf(text), key));
  }
});
