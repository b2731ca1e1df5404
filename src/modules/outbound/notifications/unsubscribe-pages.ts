import type { Unsubscription } from './unsubscribing.ts';

/** A page without its frame. */
type Page = { readonly lang: string; readonly title: string; readonly content: string };

const TEXTS = {
  en: {
    kinds: {
      cashback_recorded: 'mails about recorded cashback',
      cashback_available: 'mails about available cashback',
      weekly_summary: 'the weekly summary',
      payouts_waiting: 'mails about waiting payouts',
    },
    ask: 'Unsubscribe',
    question: (kind: string) => `Do you want to stop ${kind}?`,
    button: 'Stop these mails',
    done: 'Unsubscribed',
    answer: (kind: string) => `You will not get ${kind} any more. You can choose them again in your account.`,
    unknown: 'This link is not valid',
    help: 'The link is incomplete or too old. Log in to choose which mails you get.',
  },
  de: {
    kinds: {
      cashback_recorded: 'E-Mails über vorgemerktes Cashback',
      cashback_available: 'E-Mails über verfügbares Cashback',
      weekly_summary: 'die wöchentliche Zusammenfassung',
      payouts_waiting: 'E-Mails über wartende Auszahlungen',
    },
    ask: 'Abbestellen',
    question: (kind: string) => `Möchten Sie ${kind} abbestellen?`,
    button: 'Abbestellen',
    done: 'Abbestellt',
    answer: (kind: string) =>
      `Sie erhalten ${kind} nicht mehr. In Ihrem Konto können Sie sie jederzeit wieder einschalten.`,
    unknown: 'Dieser Link ist nicht gültig',
    help: 'Der Link ist unvollständig oder zu alt. Melden Sie sich an, um Ihre E-Mails auszuwählen.',
  },
};

export function askPage({ kind, locale }: Unsubscription): Page {
  const { kinds, ask, question, button } = TEXTS[locale];
  // Without an action, the form is sent to the address of the page.
  const form = `<form method="post"><button>${button}</button></form>`;
  return {
    lang: locale,
    title: ask,
    content: `<p>${question(kinds[kind])}</p>\n${form}`,
  };
}

export function donePage({ kind, locale }: Unsubscription): Page {
  const { kinds, done, answer } = TEXTS[locale];
  return { lang: locale, title: done, content: `<p>${answer(kinds[kind])}</p>` };
}

export function unknownPage(): Page {
  return {
    lang: 'en',
    title: TEXTS.en.unknown,
    content: `<p>${TEXTS.en.help}</p>\n<p lang="de">${TEXTS.de.unknown}. ${TEXTS.de.help}</p>`,
  };
}
