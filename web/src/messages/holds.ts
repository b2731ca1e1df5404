/** The review queue. */
export const en = {
  title: 'Holds',
  columns: {
    age: 'Waiting',
    order: 'Order and shopper',
    merchant: 'Merchant',
    amount: 'Amount',
    reasons: 'Why it is held',
    state: 'State',
    decide: 'Decide',
  },
  states: {
    open: 'Waiting',
    released: 'Released',
    confirmed: 'Confirmed',
    reversed: 'Reversed',
    matched: 'Matched',
    all: 'All',
  },
  confirm: 'Confirm',
  reverse: 'Reverse',
  release: 'Release',
  keys: 'With a row in focus: C confirms, R reverses, L releases. Each asks first.',
  empty: 'Nothing waits for review. New holds appear here.',
  clear: 'See all purchases',
};

export const de: typeof en = {
  title: 'Prüfung',
  columns: {
    age: 'Wartet seit',
    order: 'Bestellung und Kunde',
    merchant: 'Händler',
    amount: 'Betrag',
    reasons: 'Warum in Prüfung',
    state: 'Stand',
    decide: 'Entscheiden',
  },
  states: {
    open: 'Wartet',
    released: 'Freigegeben',
    confirmed: 'Bestätigt',
    reversed: 'Zurückgenommen',
    matched: 'Verbunden',
    all: 'Alle',
  },
  confirm: 'Bestätigen',
  reverse: 'Zurücknehmen',
  release: 'Freigeben',
  keys: 'In einer Zeile: C bestätigt, R nimmt zurück, L gibt frei. Jedes fragt erst.',
  empty: 'Nichts wartet auf Prüfung. Neues erscheint hier.',
  clear: 'Alle Einkäufe zeigen',
};
