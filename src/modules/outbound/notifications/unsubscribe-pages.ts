import { createHash } from 'node:crypto';
import type { Unsubscription } from './unsubscribing.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --page: #f4f6f8; --card: #ffffff; --line: #dde3ea; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --page: #12171e; --card: #1a212b; --line: #2c3644; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
main { max-width: 32rem; margin: 1rem; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.3; }
p { margin: 0; }
button { margin-top: 1rem; padding: 0.75rem 1.25rem; border: 0; border-radius: 0.5rem; background: #0b5cad; color: #ffffff; font: inherit; font-weight: 600; }
`;

/** Allows only the style and the form of the pages. */
export const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

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

export function askPage({ kind, locale }: Unsubscription): string {
  const { kinds, ask, question, button } = TEXTS[locale];
  // Without an action, the form is sent to the address of the page.
  const form = `<form method="post"><button>${button}</button></form>`;
  return page(locale, ask, `<p>${question(kinds[kind])}</p>\n${form}`);
}

export function donePage({ kind, locale }: Unsubscription): string {
  const { kinds, done, answer } = TEXTS[locale];
  return page(locale, done, `<p>${answer(kinds[kind])}</p>`);
}

export function unknownPage(): string {
  return page(
    'en',
    TEXTS.en.unknown,
    `<p>${TEXTS.en.help}</p>\n<p lang="de">${TEXTS.de.unknown}. ${TEXTS.de.help}</p>`,
  );
}

function page(locale: Unsubscription['locale'], title: string, content: string): string {
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`;
}
