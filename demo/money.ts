import type { Platform } from '../src/app.ts';
import type { Actor } from '../src/modules/platform/events/index.ts';
import type { Cast } from './cast.ts';
import { PAYOUTS } from './programme.ts';

type Day = { readonly day: number; readonly currency: string };

/** Requests the payouts of the day in one transaction, if no earlier load has. */
export async function requestPayouts(platform: Platform, cast: Cast, { day, currency }: Day): Promise<void> {
  const due = PAYOUTS.filter(({ requestedDaysAgo }) => requestedDaysAgo === day);
  if (due.length === 0) return;
  const present = await presentPayouts(platform);
  await platform.modules.payouts.service.requestPayouts(
    due.flatMap(({ email, amount, bankDetails }) => {
      const userId = cast.userId(email);
      return present.some((payout) => payout.userId === userId && payout.amount === amount)
        ? []
        : [
            {
              actor: { type: 'user', id: userId, requestId: null },
              userId,
              amount,
              currency,
              method: 'bank_transfer',
              bankDetails,
              request: undefined,
            },
          ];
    }),
  );
}

/** Moves payouts on as planned for the day. A move that an earlier load has made is refused and changes nothing. */
export async function movePayouts(platform: Platform, cast: Cast, { day }: Day): Promise<void> {
  const due = PAYOUTS.flatMap(({ email, amount, moves }) =>
    moves
      .filter(({ daysAgo }) => daysAgo === day)
      .map((move) => ({ userId: cast.userId(email), amount, move })),
  );
  if (due.length === 0) return;
  const present = await presentPayouts(platform);
  await platform.modules.payouts.service.movePayouts(
    due.flatMap(({ userId, amount, move: { daysAgo: _, ...move } }) => {
      const payout = present.find((one) => one.userId === userId && one.amount === amount);
      const owner: Actor = { type: 'user', id: userId, requestId: null };
      const actor = move.to === 'cancelled' ? owner : cast.finance;
      return payout === undefined ? [] : [{ ...move, actor, payoutId: payout.id }];
    }),
  );
}

async function presentPayouts({ modules: { payouts } }: Platform) {
  const { items } = await payouts.service.listPayouts({}, { offset: 0, limit: 100 });
  return items;
}

/** The key prevents a second adjustment if the load is interrupted immediately after this one. */
export async function creditGoodwill(
  { modules: { wallets } }: Platform,
  { finance, shopperIds: [, bob = ''] }: Cast,
  currency: string,
): Promise<void> {
  await wallets.adjustWallet({
    actor: finance,
    userId: bob,
    currency,
    amount: 5_00n,
    direction: 'credit',
    mayAdjust: true,
    reason: 'Goodwill: a confirmation that took too long',
    request: { callerId: finance.id, key: 'demo-goodwill', operation: 'wallet.adjust', content: null },
  });
}
