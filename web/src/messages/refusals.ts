/** Orders that partners reported and that were never recorded. */
export const en = {
  title: 'Refusals',
  lead: 'Reports of partners that were refused, kept for 30 days. A repeat of a known order is not among them.',
  columns: { when: 'When', partner: 'Partner', order: 'Order no.', reason: 'Why', request: 'Request' },
  code: 'Reason',
  noOrder: 'none',
  from: 'From',
  to: 'To',
  empty: 'No report was refused in the last 30 days.',
  lookAmongPurchases: 'Look among purchases',
  codes: {
    USER_NOT_ELIGIBLE: 'Shopper',
    MERCHANT_NOT_ELIGIBLE: 'Merchant',
    OFFER_NOT_AVAILABLE: 'No offer',
    EVENT_TOO_OLD: 'Too old',
    UNSUPPORTED_CURRENCY: 'Currency',
    VALIDATION_ERROR: 'Not valid',
    FORBIDDEN: 'Not allowed',
    NOT_FOUND: 'Unknown',
  },
};

export const de: typeof en = {
  title: 'Abgelehnt',
  lead: 'Abgelehnte Meldungen von Partnern, 30 Tage lang aufbewahrt. Wiederholungen bekannter Bestellungen fehlen hier.',
  columns: { when: 'Wann', partner: 'Partner', order: 'Bestellnr.', reason: 'Warum', request: 'Anfrage' },
  code: 'Grund',
  noOrder: 'keine',
  from: 'Von',
  to: 'Bis',
  empty: 'In den letzten 30 Tagen wurde keine Meldung abgelehnt.',
  lookAmongPurchases: 'Unter den Einkäufen suchen',
  codes: {
    USER_NOT_ELIGIBLE: 'Kunde',
    MERCHANT_NOT_ELIGIBLE: 'Händler',
    OFFER_NOT_AVAILABLE: 'Kein Angebot',
    EVENT_TOO_OLD: 'Zu alt',
    UNSUPPORTED_CURRENCY: 'Währung',
    VALIDATION_ERROR: 'Ungültig',
    FORBIDDEN: 'Nicht erlaubt',
    NOT_FOUND: 'Unbekannt',
  },
};
