import type { Letter, Locale, Mail, TemplateName } from '../model.ts';
import { accountTemplates } from './account.ts';
import { compose } from './blocks.ts';
import { formatsOf } from './formats.ts';
import { moneyTemplates } from './money.ts';
import { staffTemplates } from './staff.ts';
import type { Template, Templates } from './template.ts';

/** How the sender appears in each mail. */
export type Sender = {
  /** The name above each mail. */
  readonly product: string;
  /** Before each subject, such as `[Test]`. */
  readonly subjectPrefix: string;
};

const TEMPLATES: Templates<TemplateName> = { ...accountTemplates, ...moneyTemplates, ...staffTemplates };

const FORMATS = { en: formatsOf('en'), de: formatsOf('de') };

const FOOTERS: Readonly<Record<Locale, string>> = {
  en: 'You receive this mail because you have an account with us.',
  de: 'Sie erhalten diese E-Mail, weil Sie ein Konto bei uns haben.',
};

/** Writes a mail in the language of its recipient. */
export function letterOf(mail: Mail, sender: Sender): Letter {
  const { locale, email } = mail.to;
  const template = TEMPLATES[mail.template] as Template<TemplateName>;
  const draft = template[locale](mail.data as never, FORMATS[locale]);
  const { unsubscribe } = mail;
  const frame = { locale, footer: FOOTERS[locale], ...sender, ...(unsubscribe && { unsubscribe }) };
  return { to: email, ...compose(draft, frame), ...(unsubscribe && { unsubscribe }) };
}
