import type { Platform } from '../src/app.ts';
import { utcDate } from '../src/core/clock.ts';
import { DomainError, type ErrorDetails } from '../src/core/errors.ts';
import { newId } from '../src/core/id.ts';
import { formatMoney } from '../src/core/money.ts';
import { StartupError } from '../src/core/startup-error.ts';
import { type Actor, SYSTEM } from '../src/modules/platform/events/index.ts';
import { DEMO_ACCOUNTS } from '../src/startup/demo-accounts.ts';
import { type Cast, openProgramme } from './cast.ts';
import type { DemoClock } from './clock.ts';
import { creditGoodwill, movePayouts, requestPayouts } from './money.ts';
import { DAYS, type PlannedPurchase, plannedPurchases, purchasesOfDave } from './plan.ts';
import { DAVE, IMPORTED, WITHOUT_OFFER } from './programme.ts';
import { seededRandom } from './random.ts';

/** An imported customer without a password. It is created last: if it exists, the demo data is complete. */
const LAST_CUSTOMER = 'erin@clicknback.com';

/** Refusals are kept for 30 days. */
const DAYS_OF_REFUSALS = 28;

/**
 * Loads an example programme through the use cases of the platform: twelve merchants with offers, two partners, staff of
 * each role, and three months of purchases and payouts in every status. The clock is that of the platform. It is set to each
 * day of the past in turn, and back at the end. The next start completes an interrupted load: existing data is refused as a
 * duplicate and does not change.
 */
export async function loadDemoData(
  platform: Platform,
  clock: DemoClock,
  currency: string,
  { onlyIfEmpty = false } = {},
): Promise<void> {
  const { users } = platform.modules;
  if ((await users.service.findByEmail(LAST_CUSTOMER)) !== undefined) return;
  if (onlyIfEmpty && (await holdsOthers(platform))) {
    throw new StartupError(
      'DEMO_DATA=true needs an empty database, and this one has users: remove the variable.',
    );
  }
  const now = clock();
  const random = seededRandom(20_260_101);
  const planned = [...plannedPurchases(random), ...purchasesOfDave(DAVE)];
  try {
    clock.set(daysBefore(now, DAYS));
    const cast = await openProgramme(platform, currency, utcDate(now));
    const ids = new Map<string, string>();
    for (let day = DAYS - 1; day >= 0; day -= 1) {
      clock.set(daysBefore(now, day));
      await playDay(platform, cast, { day, now: clock(), planned, ids, currency });
    }
  } finally {
    clock.set(now);
  }
  await users.service.importUsers([{ email: LAST_CUSTOMER }], SYSTEM);
}

type Day = {
  /** Counts back from the day of the load. */
  readonly day: number;
  readonly now: Temporal.Instant;
  readonly planned: readonly PlannedPurchase[];
  /** The ids of the recorded purchases, by external id. */
  readonly ids: Map<string, string>;
  readonly currency: string;
};

/** Payouts come before purchases: one whose shopper has a purchase that is held would wait for the review. */
async function playDay(platform: Platform, cast: Cast, day: Day): Promise<void> {
  await requestPayouts(platform, cast, day);
  await movePayouts(platform, cast, day);
  await reportPurchases(platform, cast, day);
  await settlePurchases(platform, day);
  if (day.day === 9) await creditGoodwill(platform, cast, day.currency);
  if (day.day < DAYS_OF_REFUSALS && day.day % 3 === 0) await reportWrongly(platform, cast, day);
}

async function reportPurchases(
  { modules: { purchases } }: Platform,
  cast: Cast,
  { day, now, planned, ids, currency }: Day,
): Promise<void> {
  const due = planned.filter(({ reportedDaysAgo }) => reportedDaysAgo === day);
  const outcomes = await purchases.client.reportPurchases(
    due.map(({ externalId, email, merchant, partner, amount, boughtHoursBefore }) => ({
      actor: reporterOf(cast, { partner, email }),
      externalId,
      userId: cast.userId(email),
      merchantId: cast.merchantId(merchant),
      amount,
      currency,
      purchasedAt: now.subtract({ hours: boughtHoursBefore }).round('second'),
    })),
  );
  for (const [index, outcome] of outcomes.entries()) {
    const id = outcome.ok ? outcome.value.purchase.id : duplicateId(outcome.error);
    const { externalId = '' } = due[index] ?? {};
    if (id !== undefined) ids.set(externalId, id);
  }
}

function reporterOf(cast: Cast, { partner, email }: Pick<PlannedPurchase, 'partner' | 'email'>) {
  const [type, id] =
    partner === undefined
      ? (['user', cast.userId(email)] as const)
      : (['partner', cast.partnerIds[partner] ?? ''] as const);
  return { type, id, requestId: null };
}

/** Returns of parts come first, so that some orders come back in part and then as a whole. */
async function settlePurchases(
  { modules: { purchases } }: Platform,
  { day, planned, ids, currency }: Day,
): Promise<void> {
  const due = planned.flatMap(({ externalId, amount, settlements }) => {
    const purchaseId = ids.get(externalId);
    return purchaseId === undefined
      ? []
      : settlements
          .filter(({ daysAgo }) => daysAgo === day)
          .map((settlement) => ({ purchaseId, amount, settlement, byLines: externalId.endsWith('1') }));
  });
  if (due.length === 0) return;
  await purchases.client.settlePurchases(
    due.map(({ purchaseId, amount, settlement, byLines }) => {
      const of = { actor: SYSTEM, purchaseId };
      if (settlement.to === 'reversed') return { ...of, to: settlement.to, reason: settlement.reason };
      if (settlement.to === 'confirmed') return { ...of, to: settlement.to };
      return { ...of, to: settlement.to, amendment: returnOfAThird(amount, currency, { byLines }) };
    }),
  );
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

/** Two reports that are refused: for a merchant without an offer, and for an unknown shopper. */
async function reportWrongly(
  { modules: { purchases }, refusals }: Platform,
  cast: Cast,
  { day, now, currency }: Day,
): Promise<void> {
  const partnerId = cast.partnerIds[1] ?? '';
  const actor: Actor & { type: 'partner' } = { type: 'partner', id: partnerId, requestId: null };
  const usual = { actor, amount: 24_90n, currency, purchasedAt: now.subtract({ hours: 2 }).round('second') };
  const [alice = ''] = cast.shopperIds;
  const reports = [
    { ...usual, externalId: `demo-bread-${day}`, userId: alice, merchantId: cast.merchantId(WITHOUT_OFFER) },
    {
      ...usual,
      externalId: `demo-stranger-${day}`,
      userId: newId(),
      merchantId: cast.merchantId('Corner Books'),
    },
  ];
  const outcomes = await purchases.client.reportPurchases(reports);
  for (const [index, outcome] of outcomes.entries()) {
    const { externalId = null } = reports[index] ?? {};
    if (!outcome.ok && outcome.error instanceof DomainError)
      refusals.note({ partnerId, externalId, error: outcome.error, requestId: newId() });
  }
  await refusals.settle();
}

/** True if there are accounts that do not belong to the demo data. */
async function holdsOthers({ modules }: Platform): Promise<boolean> {
  const known = [...DEMO_ACCOUNTS, ...IMPORTED].map(({ email }) => email);
  const { items } = await modules.users.service.listUsers({}, { offset: 0, limit: known.length + 1 });
  return items.some(({ email }) => !known.includes(email));
}

/** Returns the id of the purchase that an earlier, interrupted load recorded. */
function duplicateId(error: unknown): string | undefined {
  const { purchase } = (error instanceof DomainError ? error.details : ({} as ErrorDetails)) as {
    purchase?: { id: string };
  };
  return purchase?.id;
}

function daysBefore(instant: Temporal.Instant, days: number): Temporal.Instant {
  return instant.subtract({ hours: 24 * days });
}
