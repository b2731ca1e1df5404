import { test } from 'node:test';
import { newId } from '../src/core/id.ts';
import { labelFinder } from '../src/labels.ts';
import { labelKey } from '../src/modules/platform/events/index.ts';
import { assertEqual } from './support/equality.ts';
import { fakeTransaction } from './support/fakes.ts';
import { ADMIN, aMerchant, aPurchase, aUser, MERCHANT, SHOPPER } from './support/purchases-builders.ts';

test('staff, partners, merchants and purchases have labels, each kind read once; shoppers and others have none', async () => {
  const asked: unknown[] = [];
  const [partner, purchase] = [newId(), aPurchase()];
  const users = [aUser(), aUser({ id: ADMIN, role: 'admin', email: 'carol@example.com' })];
  const find = labelFinder({
    users: {
      findUsers: async (_db, ids) => {
        asked.push(ids);
        return new Map(users.filter(({ id }) => ids.includes(id)).map((user) => [user.id, user]));
      },
    },
    partners: { findPartnerNames: async () => new Map([[partner, 'Northwind']]) },
    merchants: { findMerchants: async () => new Map([[MERCHANT, aMerchant()]]) },
    purchases: { findPurchases: async () => [purchase] },
  });
  const things = {
    staff: { type: 'admin', id: ADMIN },
    shopper: { type: 'user', id: SHOPPER },
    member: { type: 'user', id: ADMIN },
    partner: { type: 'partner', id: partner },
    merchant: { type: 'merchant', id: MERCHANT },
    purchase: { type: 'purchase', id: purchase.id },
    flag: { type: 'feature_flag', id: newId() },
  };

  const labelOf = await find(fakeTransaction(), [...Object.values(things), things.staff]);

  assertEqual(
    Object.fromEntries(Object.entries(things).map(([name, thing]) => [name, labelOf.get(labelKey(thing))])),
    {
      staff: 'carol@example.com',
      shopper: undefined,
      member: 'carol@example.com',
      partner: 'Northwind',
      merchant: 'Corner Books',
      purchase: 'order-1',
      flag: undefined,
    },
  );
  assertEqual(asked, [[ADMIN], [SHOPPER, ADMIN]]);
});
