/** Names that people take for one, by what they differ in. */
export const NAMES_ALIKE: readonly (readonly [string, readonly string[]])[] = [
  ['other case', ['Nike', 'NIKE', 'nike']],
  ['an accent in two forms', ['Caf\u00e9', 'Cafe\u0301', 'CAF\u00c9']],
  ['a sharp s', ['Straße', 'STRASSE', 'strasse', 'STRAẞE']],
  ['two forms of sigma', ['ΟΔΟΣ', 'οδος', 'οδοσ']],
  ['wide letters', ['Ｎｉｋｅ', 'Nike']],
  ['a ligature', ['Ofﬁce', 'Office']],
  [
    'white space',
    ['Corner Books', 'Corner  Books', 'Corner\u00a0Books', 'Corner\u2003\tBooks', ' Corner Books '],
  ],
  ['invisible characters', ['Nike', 'Ni\u200bke', '\ufeffNike', 'Ni\u00adke', 'Nike\u200e', 'Ni\u{e0041}ke']],
];

export const NAMES_APART = [
  'Cafe',
  'Café',
  'Nike',
  'Nike 2',
  'Ni ke',
  'İkea',
  'Ikea',
  'ıkea2',
  '耐克',
  '😀',
  'C++',
  'C+',
];
