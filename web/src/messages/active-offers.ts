import { plural } from '#lib/plural.ts';

/** What shops give at present. */
export const en = {
  title: 'Offers',
  search: 'Find a shop',
  sort: 'Order',
  byRate: 'Highest first',
  byName: 'By name',
  perPurchase: 'For each purchase',
  yoursAfter: (days: number) => `Yours after ${plural('en', days, 'day', 'days')}`,
  limit: (amount: string) => `Up to ${amount} a month`,
  left: (amount: string, limit: string) => `${amount} of ${limit} left this month`,
  usedUp: (limit: string) => `Nothing of ${limit} left this month`,
  until: (day: string) => `until ${day}`,
  empty: 'No shop has an offer at the moment.',
};

export const de: typeof en = {
  title: 'Angebote',
  search: 'Shop suchen',
  sort: 'Reihenfolge',
  byRate: 'Höchste zuerst',
  byName: 'Nach Namen',
  perPurchase: 'Für jeden Einkauf',
  yoursAfter: (days) => `Ihnen sicher nach ${plural('de', days, 'Tag', 'Tagen')}`,
  limit: (amount) => `Bis ${amount} im Monat`,
  left: (amount, limit) => `Diesen Monat noch ${amount} von ${limit}`,
  usedUp: (limit) => `Diesen Monat nichts mehr von ${limit}`,
  until: (day) => `bis ${day}`,
  empty: 'Zurzeit hat kein Shop ein Angebot.',
};
