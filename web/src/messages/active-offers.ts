import { plural } from '#lib/plural.ts';

/** What shops give at present. */
export const en = {
  title: 'Offers',
  search: 'Find a shop',
  sort: 'Order',
  byRate: 'Highest first',
  byName: 'By name',
  perPurchase: 'for each purchase',
  ofAmount: 'of the purchase',
  yoursAfter: (days: number) => `Yours after ${plural('en', days, 'day', 'days')}`,
  limit: (amount: string) => `Up to ${amount} a month`,
  left: (amount: string) => `${amount} left this month`,
  usedUp: 'Nothing left this month',
  noLimit: 'No monthly limit',
  until: (day: string) => `until ${day}`,
  empty: 'No shop has an offer at the moment.',
};

export const de: typeof en = {
  title: 'Angebote',
  search: 'Shop suchen',
  sort: 'Reihenfolge',
  byRate: 'Höchste zuerst',
  byName: 'Nach Namen',
  perPurchase: 'für jeden Einkauf',
  ofAmount: 'vom Einkauf',
  yoursAfter: (days) => `Ihnen sicher nach ${plural('de', days, 'Tag', 'Tagen')}`,
  limit: (amount) => `Bis ${amount} im Monat`,
  left: (amount) => `${amount} diesen Monat frei`,
  usedUp: 'Diesen Monat nichts mehr frei',
  noLimit: 'Ohne Monatsgrenze',
  until: (day) => `bis ${day}`,
  empty: 'Zurzeit hat kein Shop ein Angebot.',
};
