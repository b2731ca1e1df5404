import { CONFIRMED_BY_HAND, IMPORTED, MERCHANTS, type MerchantName, PARTNERS } from './programme.ts';

/** The days of history. The charts of the console show three months. */
export const DAYS = 92;

/** The confirmation days of merchants that have none of their own. */
const CONFIRMATION_DAYS = 30;

/** The days after the report on which a shop confirms by hand. */
const BY_HAND_AFTER = 24;

type Reason = 'returned' | 'cancelled' | 'declined' | 'error';

/** A purchase of the demo programme and its fate. Days count back from the day of the load. */
export type PlannedPurchase = {
  readonly externalId: string;
  readonly email: string;
  readonly merchant: MerchantName;
  /** The partner that reports it. Undefined if the shopper does. */
  readonly partner: number | undefined;
  /** Minor units. */
  readonly amount: bigint;
  readonly reportedDaysAgo: number;
  readonly boughtHoursBefore: number;
  readonly settlements: readonly PlannedSettlement[];
};

export type PlannedSettlement =
  | { readonly daysAgo: number; readonly to: 'confirmed' }
  | { readonly daysAgo: number; readonly to: 'amended' }
  | { readonly daysAgo: number; readonly to: 'reversed'; readonly reason: Reason };

/** Everyday purchases, more of them at the weekend. The same ones for the same random numbers. */
export function plannedPurchases(random: () => number): PlannedPurchase[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const merchants = MERCHANTS.flatMap(([name, , offer]) => (offer === null ? [] : [name]));
  // Half of them are by the shoppers who have a login.
  const shoppers = [
    ...IMPORTED.map(({ email }) => email),
    ...Array.from({ length: 4 }, () => 'alice@clicknback.com'),
    ...Array.from({ length: 4 }, () => 'bob@clicknback.com'),
  ];
  const days = Array.from({ length: DAYS }, (_, index) => DAYS - 1 - index);
  return days
    .flatMap((day) => Array.from({ length: 2 + (day % 7 < 2 ? 3 : 0) + Math.floor(random() * 3) }, () => day))
    .map((reportedDaysAgo, index) => {
      const merchant = pick(merchants);
      return {
        externalId: `demo-${String(index + 1).padStart(4, '0')}`,
        email: pick(shoppers),
        merchant,
        partner: random() < 0.6 ? 0 : PARTNERS.length - 1,
        amount: BigInt(300 + Math.floor(random() ** 3 * 24_000)),
        reportedDaysAgo,
        boughtHoursBefore: 1 + Math.floor(random() * 20),
        settlements: fateOf(merchant, reportedDaysAgo, random),
      };
    });
}

/** What happens to a purchase until today: one in eight comes back, and one in seven in part. */
function fateOf(merchant: MerchantName, reported: number, random: () => number): PlannedSettlement[] {
  const [course, partly] = [random(), random()];
  const amended = { daysAgo: reported - (partly < 0.1 ? 7 : CONFIRMATION_DAYS + 3), to: 'amended' } as const;
  const early = { daysAgo: reported - 10, to: 'reversed', reason: reasonOf(course) } as const;
  const late = { daysAgo: reported - CONFIRMATION_DAYS - 6, to: 'reversed', reason: 'returned' } as const;
  const isByHand = merchant === CONFIRMED_BY_HAND;
  const confirmed = {
    daysAgo: reported - (isByHand ? BY_HAND_AFTER : CONFIRMATION_DAYS),
    to: 'confirmed',
  } as const;
  const fate: PlannedSettlement[] = [
    ...(partly < 0.15 ? [amended] : []),
    ...(course < 0.08 ? [early] : isByHand && course > 0.6 ? [] : [confirmed]),
    ...(course > 0.08 && course < 0.12 ? [late] : []),
  ];
  return fate.filter(({ daysAgo }) => daysAgo >= 0);
}

function reasonOf(course: number): Reason {
  if (course < 0.04) return 'returned';
  if (course < 0.06) return 'cancelled';
  return course < 0.07 ? 'declined' : 'error';
}

/** The purchases of dave: small ones, a dear one that he returned after its payout, a claim, and one that is held. */
export function purchasesOfDave(email: string): PlannedPurchase[] {
  const usual = { email, partner: 0, boughtHoursBefore: 3, settlements: [] };
  const small = [80, 71, 62, 44].map((reportedDaysAgo, index) => ({
    ...usual,
    externalId: `demo-dave-${index + 1}`,
    merchant: 'Fresh Basket' as const,
    amount: 18_50n,
    reportedDaysAgo,
    settlements: [{ daysAgo: reportedDaysAgo - CONFIRMATION_DAYS, to: 'confirmed' as const }],
  }));
  return [
    ...small,
    {
      ...usual,
      externalId: 'demo-dave-guitar',
      merchant: 'Studio Strings Music',
      amount: 399_00n,
      reportedDaysAgo: 55,
      settlements: [
        { daysAgo: 25, to: 'confirmed' },
        { daysAgo: 5, to: 'reversed', reason: 'returned' },
      ],
    },
    {
      ...usual,
      externalId: 'demo-dave-claim',
      merchant: 'Green Thumb Garden',
      partner: undefined,
      amount: 89_90n,
      reportedDaysAgo: 1,
    },
    {
      ...usual,
      externalId: 'demo-dave-large',
      merchant: 'Corner Books',
      amount: 1_450_00n,
      reportedDaysAgo: 0,
    },
  ];
}
