/* The words and patterns that `npm run check:prose` refuses, each with its plain substitute. */

export type ProseRule = {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Beginnings of paths that still have to be mended. Empty in the end. */
  readonly pending?: readonly string[];
};

/** These two pages are being rewritten. */
const PENDING = ['README.md', 'CONTRIBUTING.md'];

export const PROSE_RULES: readonly ProseRule[] = [
  { pattern: /\banew\b/i, instead: 'again', pending: PENDING },
  { pattern: /\bon end\b/i, instead: '"for" and the duration', pending: PENDING },
  { pattern: /\bfor ever\b/i, instead: 'forever, permanently', pending: PENDING },
  { pattern: /\bas ever\b/i, instead: 'as usual', pending: PENDING },
  {
    pattern: /\bby (?:itself|himself|herself|themselves)\b/i,
    instead: 'alone, automatically, separately',
    pending: PENDING,
  },
  { pattern: /\b(?:tells?|told|telling)\b/i, instead: 'report, say, notify, distinguish', pending: PENDING },
  { pattern: /\bask(?:s|ed|ing)? of\b/i, instead: 'require, request from', pending: PENDING },
  { pattern: /\blook(?:s|ed|ing)?\b(?! up\b)/i, instead: 'lookup, read, check, search', pending: PENDING },
  { pattern: /\bnobody\b/i, instead: 'a noun, such as "no user"', pending: PENDING },
  { pattern: /\b(?:whoever|whomever|whom)\b/i, instead: 'a noun, such as "a caller that"', pending: PENDING },
  {
    pattern: /(?<=^|[.;:!] )(?:Who|Whose|What) (?![^.;:!]*\?)/,
    instead: 'a noun as subject',
    pending: PENDING,
  },
  {
    pattern: /(?<!\b(?:any|some|every|no)(?:one|body|thing|where) |\b(?:all|what|who|where) )\belse\b/i,
    instead: 'otherwise',
    pending: PENDING,
  },
  { pattern: /\bunless said otherwise\b/i, instead: 'Defaults to …', pending: PENDING },
  { pattern: /\bcrowds?\b/i, instead: 'sustained overload', pending: PENDING },
  { pattern: /\bso many\b/i, instead: 'the number: "up to `limit`", "this many"', pending: PENDING },
  { pattern: /\bthe one before\b/i, instead: 'the previous one', pending: PENDING },
  { pattern: /\b(?:goes|go|went|going) on\b/i, instead: 'continue', pending: PENDING },
  { pattern: /\bin turns\b/i, instead: 'alternately', pending: PENDING },
  { pattern: /\bshall\b/i, instead: 'must', pending: PENDING },
  { pattern: /\bmust match pattern\b/i, instead: 'the format in words, such as "must be an ISO 4217 code"' },
];
