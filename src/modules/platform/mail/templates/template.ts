import type { Locale, MailContents, TemplateName } from '../model.ts';
import type { Draft } from './blocks.ts';
import type { Formats } from './formats.ts';

/** One mail in each language. */
export type Template<Name extends TemplateName> = Readonly<
  Record<Locale, (data: MailContents[Name], formats: Formats) => Draft>
>;

export type Templates<Name extends TemplateName> = { readonly [One in Name]: Template<One> };
