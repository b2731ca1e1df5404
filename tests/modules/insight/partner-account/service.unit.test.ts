import { test } from 'node:test';
import { partnerAccountService } from '../../../../src/modules/insight/partner-account/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fakeKernel } from '../../../support/fakes.ts';
import { aPartner, aPartnerKey, KEY, PARTNER } from '../../../support/partner-builders.ts';

test('an account has the partner, the key of the request, the limits, and the usage since days in UTC', async () => {
  const asked: string[][] = [];
  const service = partnerAccountService({
    ...fakeKernel().kernel,
    partners: {
      getPartner: async (id) => aPartner({ id }),
      getKey: async (partnerId, id) => aPartnerKey({ partnerId, id }),
    },
    purchases: {
      countOfPartner: async (...call) => {
        asked.push(call);
        return call[1] === '2026-03-01' ? { total: 20_000, totalIsEstimate: true } : { total: 7 };
      },
    },
    purchasesPerMinute: 600,
    refusedShares: async (ids) => new Map(ids.map((id) => [id, 0.25])),
  });

  assertEqual(await service.getAccount({ id: PARTNER, keyId: KEY }), {
    partner: aPartner(),
    key: aPartnerKey(),
    limits: { purchasesPerMinute: 600, itemsPerBatch: 1_000 },
    usage: {
      today: { since: '2026-03-14', purchases: 7, isEstimate: false },
      thisMonth: { since: '2026-03-01', purchases: 20_000, isEstimate: true },
    },
    refusedShare: 0.25,
  });
  assertEqual(asked, [
    [PARTNER, '2026-03-14'],
    [PARTNER, '2026-03-01'],
  ]);
});
