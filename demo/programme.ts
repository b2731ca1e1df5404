/* Who takes part in the demo programme, and what they do. Days count back from the day of the load. */

/** Name, default percentage, and the offer (null for none): percent or fixed, with or without a cap. */
export const MERCHANTS = [
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

export type MerchantName = (typeof MERCHANTS)[number][0];

/** A merchant whose purchases are confirmed by hand. Some of them are overdue. */
export const CONFIRMED_BY_HAND: MerchantName = 'Little Steps Shoes';

/** A merchant without an offer: a report for it is refused. */
export const WITHOUT_OFFER: MerchantName = 'Old Mill Bakery';

export const PARTNERS = ['Northwind Network', 'Blue Lantern Affiliates'] as const;

/** Customers without a password: those of the operator before it used the platform. */
export const IMPORTED = ['gwen', 'hugo', 'iris', 'jon', 'kim', 'lena', 'milo', 'nora'].map((name, index) => ({
  email: `${name}@example.com`,
  externalReference: `customer-${1001 + index}`,
}));

/** The shopper who has one of everything that can go wrong: a claim, a hold and a debt. */
export const DAVE = 'dave@clicknback.com';
const ALICE = 'alice@clicknback.com';
const BOB = 'bob@clicknback.com';

/** Example accounts: the check digits are right, but no bank has issued them. */
const OF_ALICE = { iban: 'DE89370400440532013000', accountHolder: 'Alice Example' };
const OF_BOB = { iban: 'GB29NWBK60161331926819', accountHolder: 'Bob Example' };
const OF_DAVE = { iban: 'FR1420041010050500013M02606', accountHolder: 'Dave Example' };

type PlannedPayout = {
  readonly email: string;
  /** Minor units. No two payouts of a shopper have the same amount. */
  readonly amount: bigint;
  readonly bankDetails: { readonly iban: string; readonly accountHolder: string };
  readonly requestedDaysAgo: number;
  /** What happens to it later, in this order. */
  readonly moves: readonly PlannedMove[];
};

export type PlannedMove = {
  readonly daysAgo: number;
  readonly to: 'processing' | 'completed' | 'failed' | 'returned' | 'cancelled';
  readonly externalReference?: string;
  readonly reason?: string;
};

const taken = (daysAgo: number): PlannedMove => ({ daysAgo, to: 'processing' });
const paid = (daysAgo: number, externalReference: string): PlannedMove => ({
  daysAgo,
  to: 'completed',
  externalReference,
});

/** One for each status and badge. The latest payout of bob goes to the account of another shopper. */
export const PAYOUTS: readonly PlannedPayout[] = [
  {
    email: ALICE,
    amount: 25_00n,
    bankDetails: OF_ALICE,
    requestedDaysAgo: 40,
    moves: [taken(39), paid(38, 'DEMO-TRANSFER-1')],
  },
  { email: ALICE, amount: 15_00n, bankDetails: OF_ALICE, requestedDaysAgo: 3, moves: [taken(2)] },
  { email: ALICE, amount: 10_50n, bankDetails: OF_ALICE, requestedDaysAgo: 1, moves: [] },
  {
    email: BOB,
    amount: 22_00n,
    bankDetails: OF_BOB,
    requestedDaysAgo: 30,
    moves: [
      taken(29),
      paid(28, 'DEMO-TRANSFER-2'),
      { daysAgo: 24, to: 'returned', reason: 'The account is closed.' },
    ],
  },
  {
    email: BOB,
    amount: 20_00n,
    bankDetails: OF_BOB,
    requestedDaysAgo: 20,
    moves: [taken(19), { daysAgo: 18, to: 'failed', reason: 'The bank does not know this account.' }],
  },
  {
    email: BOB,
    amount: 12_00n,
    bankDetails: OF_BOB,
    requestedDaysAgo: 12,
    moves: [{ daysAgo: 12, to: 'cancelled' }],
  },
  { email: BOB, amount: 11_00n, bankDetails: OF_DAVE, requestedDaysAgo: 6, moves: [] },
  {
    email: DAVE,
    amount: 40_00n,
    bankDetails: OF_DAVE,
    requestedDaysAgo: 15,
    moves: [taken(14), paid(13, 'DEMO-TRANSFER-3')],
  },
];
