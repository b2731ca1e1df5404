/* The words and patterns that `npm run check:prose` refuses, each with its plain substitute. */

export type ProseRule = {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Beginnings of paths that still have to be mended. Empty in the end. */
  readonly pending?: readonly string[];
};

export const PROSE_RULES: readonly ProseRule[] = [
  { pattern: /\banew\b/i, instead: 'again' },
  { pattern: /\bon end\b/i, instead: '"for" and the duration' },
  { pattern: /\bfor ever\b/i, instead: 'forever, permanently' },
  { pattern: /\bas ever\b/i, instead: 'as usual' },
  {
    pattern: /\bby (?:itself|himself|herself|themselves)\b/i,
    instead: 'alone, automatically, separately',
  },
  { pattern: /\b(?:tells?|told|telling)\b/i, instead: 'report, say, notify, distinguish' },
  { pattern: /\bask(?:s|ed|ing)? of\b/i, instead: 'require, request from' },
  { pattern: /\blook(?:s|ed|ing)?\b(?! up\b)/i, instead: 'lookup, read, check, search' },
  { pattern: /\bnobody\b/i, instead: 'a noun, such as "no user"' },
  { pattern: /\b(?:whoever|whomever|whom)\b/i, instead: 'a noun, such as "a caller that"' },
  {
    pattern: /(?<=^|[.;:!] )(?:Who|Whose|What) (?![^.;:!]*\?)/,
    instead: 'a noun as subject',
  },
  {
    pattern: /(?<!\b(?:any|some|every|no)(?:one|body|thing|where) |\b(?:all|what|who|where) )\belse\b/i,
    instead: 'otherwise',
  },
  { pattern: /\bunless said otherwise\b/i, instead: 'Defaults to …' },
  { pattern: /\bcrowds?\b/i, instead: 'sustained overload' },
  { pattern: /\bso many\b/i, instead: 'the number: "up to `limit`", "this many"' },
  { pattern: /\bthe one before\b/i, instead: 'the previous one' },
  { pattern: /\b(?:goes|go|went|going) on\b/i, instead: 'continue' },
  { pattern: /\bheld back\b/i, instead: 'delayed' },
  { pattern: /\bwhichever\b/i, instead: 'any' },
  { pattern: /\bthat there (?:is|are|was|were)\b/i, instead: 'existing' },
  { pattern: /\bby now\b/i, instead: 'already, meanwhile' },
  { pattern: /\ball the same\b/i, instead: 'nevertheless, anyway' },
  { pattern: /\bside by side\b/i, instead: 'concurrently' },
  { pattern: /\bput together\b/i, instead: 'combined, built' },
  { pattern: /\banswers? for itself\b/i, instead: 'has its own result' },
  { pattern: /\b(?:anybody|everybody)\b/i, instead: 'a noun, such as "any caller", "all users"' },
  { pattern: /\bin turns\b/i, instead: 'alternately' },
  { pattern: /\bshall\b/i, instead: 'must' },
  { pattern: /\bbe that an?\b/i, instead: '"also if it is"' },
  { pattern: /\b(?:has|have|had) a say\b/i, instead: 'matters, decides' },
  { pattern: /\bsees? to it\b/i, instead: 'ensures' },
  { pattern: /\bat present\b/i, instead: 'now, current' },
  { pattern: /\bcuts? off\b|\bcut-off\b/i, instead: 'interrupted, truncated' },
  { pattern: /\bgives? way\b/i, instead: 'is evicted, yields' },
  { pattern: /\btheirs\b/i, instead: 'a noun' },
  { pattern: /\bonly so\b/i, instead: 'only then' },
  { pattern: /\bmust match pattern\b/i, instead: 'the format in words, such as "must be an ISO 4217 code"' },
];
