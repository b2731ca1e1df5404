import { test } from 'node:test';
import { partnerAccountRoutes } from '../../../../src/modules/insight/partner-account/routes.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fakeCalls } from '../../../support/fakes.ts';
import { aPartner, aPartnerKey, KEY, PARTNER } from '../../../support/partner-builders.ts';
import { NOW } from '../../../support/purchases-builders.ts';
import { IDS, serveRoutes, testAccess } from '../../../support/routes.ts';

const account = {
  partner: aPartner({ signing: { current: 'secret', previous: null, previousUntil: null } }),
  key: aPartnerKey({ lastUsedAt: NOW }),
  limits: { purchasesPerMinute: 600, itemsPerBatch: 1_000 },
  usage: {
    today: { since: '2026-03-14', purchases: 7, isEstimate: false },
    thisMonth: { since: '2026-03-01', purchases: 20_000, isEstimate: true },
  },
  refusedShare: 0.25,
};
const { calls, called } = fakeCalls();
const api = await serveRoutes(
  partnerAccountRoutes({ getAccount: ({ id, keyId }) => called(account, id, keyId) }),
);

testAccess(api, 'GET', '/partners/me', ['partner']);

test('GET /partners/me answers the account, without a secret', async () => {
  const { body } = await api('GET', '/partners/me', { token: 'partner' });
  assertEqual(body, {
    id: PARTNER,
    name: 'Northwind Affiliates',
    active: true,
    signature_required: false,
    can_sign: true,
    external_id_scope: 'partner',
    merchant_ids: null,
    created_at: '2026-03-14T09:26:53Z',
    key: {
      id: KEY,
      name: null,
      prefix: 'cnb_1f2e3d4c',
      scopes: ['purchases:write'],
      created_at: '2026-03-14T09:26:53Z',
      expires_at: null,
      revoked_at: null,
      last_used_at: '2026-03-14T09:26:53Z',
    },
    limits: { purchases_per_minute: 600, items_per_batch: 1_000 },
    usage: {
      today: { since: '2026-03-14', purchases: 7, is_estimate: false },
      this_month: { since: '2026-03-01', purchases: 20_000, is_estimate: true },
    },
    refused_share: 0.25,
  });
  assertEqual(calls.at(-1)?.[0], IDS.partner);
});
