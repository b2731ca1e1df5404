import { policyOfPages, writeHtmlPage } from './core/http/html-page.ts';
import type { Routes } from './core/http/route.ts';

type Language = 'en' | 'de';

type AccountPage = {
  readonly title: string;
  readonly text: string;
  /** HTML of the fields of the form. */
  readonly fields?: string;
  readonly button: string;
  /** What the page says afterwards, by `done`, `invalid` (the link), `failed` or the code of an error. */
  readonly outcomes: Readonly<Record<string, string>>;
};

/** The operation gets the token of the link, and the fields of the form. */
type AccountPages = Readonly<
  Record<string, { readonly operation: string } & Readonly<Record<Language, AccountPage>>>
>;

const PAGES: AccountPages = {
  '/verify-email': {
    operation: '/api/v1/auth/email-verification',
    en: {
      title: 'Confirm your address',
      text: 'Please confirm that this email address is yours.',
      button: 'Confirm',
      outcomes: {
        done: 'Thank you. Your address is confirmed.',
        invalid: 'This link is not valid any more. Ask for a new one in your account.',
        EMAIL_ALREADY_REGISTERED: 'Another account has this address.',
        USER_INACTIVE: 'This account is closed.',
        failed: 'Please try again in a minute.',
      },
    },
    de: {
      title: 'Adresse bestätigen',
      text: 'Bitte bestätigen Sie, dass diese E-Mail-Adresse Ihnen gehört.',
      button: 'Bestätigen',
      outcomes: {
        done: 'Vielen Dank. Ihre Adresse ist bestätigt.',
        invalid: 'Dieser Link gilt nicht mehr. Fordern Sie in Ihrem Konto einen neuen an.',
        EMAIL_ALREADY_REGISTERED: 'Diese Adresse gehört zu einem anderen Konto.',
        USER_INACTIVE: 'Dieses Konto ist geschlossen.',
        failed: 'Bitte versuchen Sie es in einer Minute noch einmal.',
      },
    },
  },
  '/reset-password': {
    operation: '/api/v1/auth/password-reset',
    en: {
      title: 'Choose a new password',
      text: 'It ends all sessions of your account.',
      fields: passwordField(
        'New password',
        'From 8 to 128 characters, with a lower-case letter, an upper-case letter, a digit and a special character.',
      ),
      button: 'Save',
      outcomes: {
        done: 'Your new password is saved. You can log in with it.',
        invalid: 'This link is not valid any more. Ask for a new one where you log in.',
        PASSWORD_NOT_COMPLEX_ENOUGH: 'This password is too easy to guess. Please choose another one.',
        VALIDATION_ERROR: 'This password is too long. Please choose another one.',
        USER_INACTIVE: 'This account is closed.',
        failed: 'Please try again in a minute.',
      },
    },
    de: {
      title: 'Neues Passwort wählen',
      text: 'Dabei werden Sie auf allen Geräten abgemeldet.',
      fields: passwordField(
        'Neues Passwort',
        '8 bis 128 Zeichen, mit Klein- und Großbuchstaben, einer Ziffer und einem Sonderzeichen.',
      ),
      button: 'Speichern',
      outcomes: {
        done: 'Ihr neues Passwort ist gespeichert. Sie können sich damit anmelden.',
        invalid: 'Dieser Link gilt nicht mehr. Fordern Sie bei der Anmeldung einen neuen an.',
        PASSWORD_NOT_COMPLEX_ENOUGH:
          'Dieses Passwort ist zu leicht zu erraten. Bitte wählen Sie ein anderes.',
        VALIDATION_ERROR: 'Dieses Passwort ist zu lang. Bitte wählen Sie ein anderes.',
        USER_INACTIVE: 'Dieses Konto ist geschlossen.',
        failed: 'Bitte versuchen Sie es in einer Minute noch einmal.',
      },
    },
  },
};

function passwordField(label: string, rules: string): string {
  return `<label>${label} <small>${rules}</small>
<input name="new_password" type="password" autocomplete="new-password" required></label>
`;
}

/** A fragment is not sent to a server, so the token of the link is in no log. A correct password may still need a factor. */
const SCRIPT = `
const form = document.querySelector('form');
const message = document.querySelector('[role=status]');
const outcomes = JSON.parse(form.dataset.outcomes);
const token = new URLSearchParams(location.hash.slice(1)).get('token');
const say = (outcome) => { message.textContent = outcomes[outcome] ?? outcomes.failed; };
const end = (outcome) => { form.remove(); say(outcome); };
if (!token) end('invalid');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  message.textContent = '';
  try {
    const response = await fetch(form.dataset.operation, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, ...Object.fromEntries(new FormData(form)) }),
    });
    const { error } = await response.json();
    if (!error || error.code === 'MFA_REQUIRED') return end('done');
    if (/^INVALID_.*_TOKEN$/.test(error.code)) return end('invalid');
    say(error.code);
  } catch {
    say('failed');
  }
  button.disabled = false;
});
`;

const SCRIPT_NEEDED = {
  en: 'This page needs JavaScript.',
  de: 'Diese Seite braucht JavaScript.',
};

const POLICY = policyOfPages(SCRIPT);

/**
 * The pages behind the links in mails. Nothing happens before the button is pressed, because scanners of mail open links.
 */
export function accountPages(): Routes {
  return (server) => {
    for (const [path, page] of Object.entries(PAGES)) {
      server.get(
        path,
        {
          schema: { hide: true },
          config: { access: 'public' },
          // Runs after the hook that sets the headers of every response.
          onSend: async (_request, reply) => {
            reply.header('content-security-policy', POLICY);
          },
        },
        async ({ headers }, reply) => {
          const language = languageOf(headers['accept-language']);
          reply.header('vary', 'accept-language').type('text/html; charset=utf-8');
          return reply.send(write(page[language], page.operation, language));
        },
      );
    }
  };
}

/** The language that a browser names first. */
function languageOf(accepted: string | undefined): Language {
  return /^\s*de\b/i.test(accepted ?? '') ? 'de' : 'en';
}

function write(page: AccountPage, operation: string, lang: Language): string {
  const { title, text, fields = '', button, outcomes } = page;
  const content = `<p>${text}</p>
<form data-operation="${operation}" data-outcomes='${JSON.stringify(outcomes)}'>
${fields}<button>${button}</button>
</form>
<p role="status"></p>
<noscript><p>${SCRIPT_NEEDED[lang]}</p></noscript>`;
  return writeHtmlPage({ lang, title, content, script: SCRIPT });
}
