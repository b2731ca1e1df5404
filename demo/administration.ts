import type { Platform } from '../src/app.ts';
import type { Clock } from '../src/core/clock.ts';
import { DomainError } from '../src/core/errors.ts';
import type { Actor } from '../src/modules/platform/events/index.ts';

type Demo = {
  readonly adminId: string;
  readonly shopperIds: readonly string[];
  readonly merchantIds: readonly string[];
  readonly currency: string;
};

/** Payouts: index of the shopper, amount in minor units, final status. */
const PAYOUTS = [
  [0, 25_00n, 'completed'],
  [0, 15_00n, 'processing'],
  [0, 10_50n, 'requested'],
  [1, 20_00n, 'failed'],
  [1, 12_00n, 'cancelled'],
  [1, 11_00n, 'requested'],
  [2, 18_00n, 'completed'],
] as const;

const MOVES = {
  requested: undefined,
  processing: { to: 'processing' },
  completed: { to: 'completed', externalReference: 'DEMO-TRANSFER' },
  failed: { to: 'failed', reason: 'The bank does not know this account.' },
  cancelled: { to: 'cancelled' },
} as const;

/** Example accounts: the check digits are right, but no bank has issued them. */
const BANK_DETAILS = [
  { iban: 'DE89370400440532013000', accountHolder: 'Alice Example' },
  { iban: 'GB29NWBK60161331926819', accountHolder: 'Bob Example' },
  { iban: 'FR1420041010050500013M02606', accountHolder: 'Dave Example' },
] as const;

/**
 * Adds what administrators and partners do: a partner with purchases, one of them held for review, payouts in every status,
 * an adjustment and a feature flag. May be called repeatedly, but does each of these only once.
 */
export async function administerDemo(platform: Platform, clock: Clock, demo: Demo): Promise<void> {
  const { purchases, featureFlags, wallets } = platform.modules;
  const { adminId, shopperIds, currency } = demo;
  const [merchantId = ''] = demo.merchantIds;
  const admin: Actor = { type: 'admin', id: adminId, requestId: null };

  // Before a purchase is held: a payout of its shopper would wait for the review.
  await requestPayouts(platform, demo);
  await movePayouts(platform, admin, demo);
  const partnerId = await openPartner(platform, admin);
  const partnerPurchase = {
    actor: { type: 'partner', id: partnerId, requestId: null },
    merchantId,
    currency,
  } as const;
  await purchases.client.reportPurchases([
    ...shopperIds.map((userId, index) => ({
      ...partnerPurchase,
      externalId: `demo-order-${index + 1}`,
      userId,
      amount: 60_00n,
      purchasedAt: clock()
        .subtract({ hours: 24 * (index + 1) })
        .round('second'),
    })),
    // The amount is so unusual for the shopper that the purchase is held for review.
    {
      ...partnerPurchase,
      externalId: 'demo-order-large',
      userId: shopperIds[2] ?? '',
      amount: 1_450_00n,
      purchasedAt: clock().round('second'),
    },
  ]);
  await featureFlags.service.setFlag(
    {
      key: 'purchase_auto_confirm',
      scope: { type: 'merchant', id: merchantId },
      enabled: false,
      description: 'Confirmed by hand: its customers send much back.',
    },
    admin,
  );
  await wallets.adjustWallet({
    actor: admin,
    userId: shopperIds[1] ?? '',
    currency,
    amount: 5_00n,
    direction: 'credit',
    mayAdjust: true,
    reason: 'Goodwill: a confirmation that took too long',
    // The key prevents a second adjustment if the load is interrupted immediately after this one.
    request: { callerId: adminId, key: 'demo-goodwill', operation: 'wallet.adjust', content: null },
  });
}

/** Creates a partner. Its API key is not stored, because the platform shows a key only once. */
async function openPartner({ modules: { partners } }: Platform, admin: Actor): Promise<string> {
  try {
    const input = {
      name: 'Northwind Network',
      signatureRequired: false,
      externalIdScope: 'partner',
    } as const;
    const { partner } = await partners.service.createPartner(input, admin);
    const scopes = ['purchases:write', 'purchases:settle'] as const;
    await partners.service.issueKey(partner.id, { name: 'orders', scopes, expiresAt: null }, admin);
    return partner.id;
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'conflict') return String(error.details.partner_id);
    throw error;
  }
}

/** Requests all payouts in one transaction, so that an interrupted load leaves none. */
async function requestPayouts({ modules: { payouts } }: Platform, { shopperIds, currency }: Demo) {
  const { items: present } = await payouts.service.listPayouts({}, { offset: 0, limit: 1 });
  if (present.length > 0) return;
  await payouts.service.requestPayouts(
    PAYOUTS.map(([shopper, amount]) => {
      const userId = shopperIds[shopper] ?? '';
      return {
        actor: { type: 'user', id: userId, requestId: null },
        userId,
        amount,
        currency,
        method: 'bank_transfer',
        bankDetails: BANK_DETAILS[shopper],
        request: undefined,
      };
    }),
  );
}

async function movePayouts({ modules: { payouts } }: Platform, admin: Actor, { shopperIds }: Demo) {
  const { items } = await payouts.service.listPayouts({ statuses: ['requested'] }, { offset: 0, limit: 100 });
  await payouts.service.movePayouts(
    items.flatMap(({ id: payoutId, userId, amount }) => {
      const planned = PAYOUTS.find(
        ([shopper, planned]) => shopperIds[shopper] === userId && planned === amount,
      );
      const move = planned && MOVES[planned[2]];
      if (move === undefined) return [];
      const owner: Actor = { type: 'user', id: userId, requestId: null };
      return [{ ...move, actor: move.to === 'cancelled' ? owner : admin, payoutId }];
    }),
  );
}
