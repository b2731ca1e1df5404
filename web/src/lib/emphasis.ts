/* Sentences whose important words stand out: texts stay plain strings, and the marks are invisible where nobody reads them. */

/** The isolates of Unicode: they also keep a name written from right to left from turning the sentence around. */
const START = '\u2068';
const END = '\u2069';

/** Marks a part of a sentence as important. */
export function strong(text: string): string {
  return `${START}${text}${END}`;
}

export type Part = { readonly text: string; readonly isStrong: boolean };

/** `gave ⁨5 %⁩ then` is `gave `, a strong `5 %` and ` then`. */
export function partsOf(sentence: string): readonly Part[] {
  return sentence
    .split(new RegExp(`(${START}[^${END}]*${END})`))
    .filter((text) => text !== '')
    .map((text) => ({ text: plain(text), isStrong: text.startsWith(START) }));
}

/** The sentence without its marks. */
export function plain(sentence: string): string {
  return sentence.replaceAll(START, '').replaceAll(END, '');
}
