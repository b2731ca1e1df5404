import type { Platform } from '../src/app.ts';
import { type Clock, utcDate } from '../src/core/clock.ts';
import { DomainError, type ErrorDetails } from '../src/core/errors.ts';
import { formatMoney } from '../src/core/money.ts';
import { StartupError } from '../src/core/startup-error.ts';
import { SYSTEM } from '../src/modules/platform/events/index.ts';
import { DEMO_PASSWORD, DEMO_USERS } from '../src/startup/demo-accounts.ts';
import { administerDemo } from './administration.ts';
import { seededRandom } from './random.ts';

/** An imported customer without a password. It is created last: if it exists, the demo data is complete. */
const IMPORTED_CUSTOMER = 'erin@clicknback.com';

/** Name, default percentage, and the offer (null for none): percent or fixed, with or without a cap. */
const MERCHANTS = [
  ['Corner Books', 5, { cashbackType: 'percent', cashbackValue: 5, monthlyCap: 30 }],
  ['Fresh Basket', 2, { cashbackType: 'percent', cashbackValue: 2.5, monthlyCap: 20 }],
  ['Northwind Outdoor', 6, { cashbackType: 'percent', cashbackValue: 6, monthlyCap: null }],
  ['Blue Kettle Coffee', 8, { cashbackType: 'percent', cashbackValue: 8, monthlyCap: 5 }],
  ['Pixel & Co Electronics', 1, { cashbackType: 'percent', cashbackValue: 1.25, monthlyCap: 50 }],
  ['Rail & Road Travel', 3, { cashbackType: 'fixed', cashbackValue: 7.5, monthlyCap: 15 }],
  ['Green Thumb Garden', 4, { cashbackType: 'percent', cashbackValue: 4, monthlyCap: null }],
  ['Loft Furniture', 3, { cashbackType: 'fixed', cashbackValue: 10, monthlyCap: null }],
  ['Little Steps Shoes', 7, { cashbackType: 'percent', cashbackValue: 7, monthlyCap: 25 }],
  ['Harbour Pharmacy', 2, { cashbackType: 'percent', cashbackValue: 2, monthlyCap: 10 }],
  ['Studio Strings Music', 10, { cashbackType: 'percent', cashbackValue: 10, monthlyCap: 40 }],
  ['Old Mill Bakery', 5, null],
] as const;

/** Few enough that a shopper can buy more on the day of the load without review. */
const PURCHASES_PER_SHOPPER = 40;
const DAYS_BACK = 120;

/**
 * Loads a small example programme through the use cases of the platform: about twelve merchants with offers, about a
 * hundred purchases of three shoppers in every status, and their consequences. The next start completes an interrupted
 * load: existing data is refused as a duplicate and does not change.
 */
export async function loadDemoData(
  platform: Platform,
  clock: Clock,
  currency: string,
  { onlyIfEmpty = false } = {},
): Promise<void> {
  const { users, merchants, offers, purchases } = platform.modules;
  if ((await users.service.findByEmail(IMPORTED_CUSTOMER)) !== undefined) return;
  if (onlyIfEmpty && (await holdsOthers(platform))) {
    throw new StartupError(
      'DEMO_DATA=true needs an empty database, and this one has users: remove the variable.',
    );
  }

  const now = clock();
  const [adminId, ...shopperIds] = await Promise.all(
    DEMO_USERS.map(async ({ email, role }) => {
      const account = { email, password: DEMO_PASSWORD };
      const create = () =>
        role === 'admin' ? users.service.createAdmin(account) : users.service.registerProven(account);
      const user = (await users.service.findByEmail(email)) ?? (await create());
      return user.id;
    }),
  );

  const period = {
    startDate: utcDate(now).subtract({ years: 1 }).toString(),
    endDate: utcDate(now).add({ years: 1 }).toString(),
  };
  for (const [name, defaultCashbackPercentage, terms] of MERCHANTS) {
    const input = { name, defaultCashbackPercentage, confirmationDays: null, active: true };
    const merchant = merchants.service.createMerchant(input, SYSTEM).then(({ id }) => id);
    const merchantId = await unlessPresent(merchant, ({ merchant_id }) => String(merchant_id));
    if (terms === null) continue;
    const offer = offers.service.createOffer({ merchantId, currency, ...terms, ...period }, SYSTEM);
    await unlessPresent(offer, () => undefined);
  }

  const offered = await offers.service.listVisibleOffers({}, { offset: 0, limit: 100 });
  const merchantIds = offered.items.map(({ merchantId }) => merchantId).reverse();
  const random = seededRandom(20_260_101);
  const submissions = shopperIds.flatMap((userId, shopper) =>
    Array.from({ length: PURCHASES_PER_SHOPPER }, (_, index) => ({
      actor: SYSTEM,
      externalId: `demo-${shopper + 1}-${String(index + 1).padStart(4, '0')}`,
      userId,
      merchantId: merchantIds[Math.floor(random() * merchantIds.length)] ?? '',
      amount: BigInt(300 + Math.floor(random() ** 3 * 24_000)),
      currency,
      purchasedAt: now.subtract({ minutes: Math.floor(random() * DAYS_BACK * 24 * 60) }).round('second'),
    })),
  );
  const outcomes = await purchases.client.reportPurchases(submissions);
  const idOf = outcomes.map((outcome) =>
    outcome.ok ? outcome.value.purchase.id : duplicateId(outcome.error),
  );

  // Old purchases are settled, recent ones stay pending. Some are reversed, before or after their confirmation.
  const settleable = submissions.flatMap(({ purchasedAt }, index) => {
    const purchaseId = idOf[index];
    return purchaseId !== undefined && isOlderThanDays(purchasedAt, now, 30) ? [{ purchaseId, index }] : [];
  });
  await purchases.client.settlePurchases(
    settleable.map(({ purchaseId, index }) =>
      index % 12 === 5
        ? { actor: SYSTEM, purchaseId, to: 'reversed', reason: 'cancelled' }
        : { actor: SYSTEM, purchaseId, to: 'confirmed' },
    ),
  );
  // Before the returns, so that some orders come back in part and then as a whole.
  await purchases.client.settlePurchases(
    submissions.flatMap(({ amount }, index) => {
      const purchaseId = idOf[index];
      if (index % 5 !== 2 || purchaseId === undefined) return [];
      const amendment = returnOfAThird(amount, currency, { byLines: index % 2 === 1 });
      return [{ actor: SYSTEM, purchaseId, to: 'amended' as const, amendment }];
    }),
  );
  await purchases.client.settlePurchases(
    settleable
      .filter(({ index }) => index % 18 === 7)
      .map(({ purchaseId }) => ({ actor: SYSTEM, purchaseId, to: 'reversed', reason: 'returned' })),
  );
  await administerDemo(platform, clock, { adminId: adminId ?? '', shopperIds, merchantIds, currency });
  await users.service.importUsers([{ email: IMPORTED_CUSTOMER }], SYSTEM);
}

/** The version is always the same, so that the next load repeats the statement. */
function returnOfAThird(amount: bigint, currency: string, { byLines }: { readonly byLines: boolean }) {
  const money = (minor: bigint) => formatMoney(minor, currency);
  const returned = amount / 3n;
  const kept = money(amount - returned);
  const lines = [
    { lineId: 'kept', amount: kept, category: null, status: 'approved' },
    { lineId: 'returned', amount: money(returned), category: null, status: 'rejected' },
  ] as const;
  const statement = byLines ? { lines } : { amount: kept };
  return { version: 'return-1', reason: 'one of three parts returned', statement };
}

/** True if there are accounts that do not belong to the demo data. */
async function holdsOthers({ modules }: Platform): Promise<boolean> {
  const known: readonly string[] = DEMO_USERS.map(({ email }) => email);
  const { items } = await modules.users.service.listUsers({}, { offset: 0, limit: known.length + 1 });
  return items.some(({ email }) => !known.includes(email));
}

/** Returns the result of `work`. If the object exists already, returns `present` of the refusal's details. */
async function unlessPresent<T, U>(work: Promise<T>, present: (details: ErrorDetails) => U): Promise<T | U> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'conflict') return present(error.details);
    throw error;
  }
}

/** Returns the id of the purchase that an earlier, interrupted load recorded. */
function duplicateId(error: unknown): string | undefined {
  const { purchase } = (error instanceof DomainError ? error.details : {}) as { purchase?: { id: string } };
  return purchase?.id;
}

function isOlderThanDays(instant: Temporal.Instant, now: Temporal.Instant, days: number): boolean {
  return Temporal.Instant.compare(instant, now.subtract({ hours: days * 24 })) < 0;
}
