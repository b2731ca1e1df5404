export const en = {
  title: 'Merchants',
  name: 'Name',
  state: 'State',
  active: 'Active',
  inactive: 'Inactive',
  rate: 'Usual rate',
  days: 'Days to confirm',
  empty: 'There is no merchant yet.',
};

export const de: typeof en = {
  title: 'Händler',
  name: 'Name',
  state: 'Stand',
  active: 'Aktiv',
  inactive: 'Inaktiv',
  rate: 'Üblicher Satz',
  days: 'Tage bis zur Bestätigung',
  empty: 'Es gibt noch keinen Händler.',
};
