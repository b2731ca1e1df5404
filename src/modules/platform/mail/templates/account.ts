import { button, facts, paragraph } from './blocks.ts';
import type { Templates } from './template.ts';

const CHANGES = {
  enrolled: {
    en: 'A second factor was set up for your account.',
    de: 'Für Ihr Konto wurde ein zweiter Faktor eingerichtet.',
  },
  removed: {
    en: 'The second factor of your account was removed.',
    de: 'Der zweite Faktor Ihres Kontos wurde entfernt.',
  },
  recovery_codes_replaced: {
    en: 'New recovery codes were created for your account. The previous ones no longer work.',
    de: 'Für Ihr Konto wurden neue Wiederherstellungscodes erstellt. Die bisherigen gelten nicht mehr.',
  },
  recovery_code_used: {
    en: 'A recovery code of your account was used to log in.',
    de: 'Mit einem Wiederherstellungscode hat sich jemand an Ihrem Konto angemeldet.',
  },
} as const;

const NOT_YOU = {
  en: paragraph(
    'If this was not you, set a new password at once with "Forgot password", and contact our support.',
  ),
  de: paragraph(
    'Wenn Sie das nicht waren, setzen Sie über „Passwort vergessen“ sofort ein neues Passwort und wenden Sie sich an unseren Support.',
  ),
};

/** What happens to an account. These mails cannot be switched off. */
export const accountTemplates: Templates<
  | 'verify-email'
  | 'reset-password'
  | 'password-changed'
  | 'email-changed'
  | 'second-factor-changed'
  | 'new-device-login'
> = {
  'verify-email': {
    en: ({ link, expiresAt }, { instant }) => ({
      subject: 'Confirm your email address',
      blocks: [
        paragraph('Please confirm that this email address is yours.'),
        button('Confirm address', link),
        paragraph(`The link works once, until ${instant(expiresAt)}.`),
        paragraph('If you did not ask for this mail, you can ignore it. Nothing changes without the link.'),
      ],
    }),
    de: ({ link, expiresAt }, { instant }) => ({
      subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
      blocks: [
        paragraph('Bitte bestätigen Sie, dass diese E-Mail-Adresse Ihnen gehört.'),
        button('Adresse bestätigen', link),
        paragraph(`Der Link funktioniert einmal, bis zum ${instant(expiresAt)}.`),
        paragraph(
          'Wenn Sie diese E-Mail nicht angefordert haben, brauchen Sie nichts zu tun. Ohne den Link ändert sich nichts.',
        ),
      ],
    }),
  },

  'reset-password': {
    en: ({ link, expiresAt }, { instant }) => ({
      subject: 'Set a new password',
      blocks: [
        paragraph('Somebody asked to set a new password for your account. If it was you, use this link:'),
        button('Set a new password', link),
        paragraph(`The link works once, until ${instant(expiresAt)}. Do not pass it on.`),
        paragraph('If it was not you, you can ignore this mail. Your password stays as it is.'),
      ],
    }),
    de: ({ link, expiresAt }, { instant }) => ({
      subject: 'Neues Passwort festlegen',
      blocks: [
        paragraph(
          'Für Ihr Konto wurde ein neues Passwort angefordert. Wenn Sie das waren, verwenden Sie diesen Link:',
        ),
        button('Neues Passwort festlegen', link),
        paragraph(`Der Link funktioniert einmal, bis zum ${instant(expiresAt)}. Geben Sie ihn nicht weiter.`),
        paragraph('Wenn Sie das nicht waren, brauchen Sie nichts zu tun. Ihr Passwort bleibt, wie es ist.'),
      ],
    }),
  },

  'password-changed': {
    en: ({ at }, { instant }) => ({
      subject: 'Your password was changed',
      blocks: [paragraph(`The password of your account was changed on ${instant(at)}.`), NOT_YOU.en],
    }),
    de: ({ at }, { instant }) => ({
      subject: 'Ihr Passwort wurde geändert',
      blocks: [paragraph(`Das Passwort Ihres Kontos wurde am ${instant(at)} geändert.`), NOT_YOU.de],
    }),
  },

  'email-changed': {
    en: ({ at, newEmail }, { instant }) => ({
      subject: 'Your email address was changed',
      blocks: [
        paragraph(`On ${instant(at)} the email address of your account was changed to ${masked(newEmail)}.`),
        paragraph('We no longer send mail about your account to this address.'),
        paragraph('If this was not you, contact our support at once.'),
      ],
    }),
    de: ({ at, newEmail }, { instant }) => ({
      subject: 'Ihre E-Mail-Adresse wurde geändert',
      blocks: [
        paragraph(`Am ${instant(at)} wurde die E-Mail-Adresse Ihres Kontos in ${masked(newEmail)} geändert.`),
        paragraph('An diese Adresse senden wir keine E-Mails zu Ihrem Konto mehr.'),
        paragraph('Wenn Sie das nicht waren, wenden Sie sich sofort an unseren Support.'),
      ],
    }),
  },

  'second-factor-changed': {
    en: ({ at, change }, { instant }) => ({
      subject: 'The second factor of your account',
      blocks: [paragraph(CHANGES[change].en), facts([['Time', instant(at)]]), NOT_YOU.en],
    }),
    de: ({ at, change }, { instant }) => ({
      subject: 'Der zweite Faktor Ihres Kontos',
      blocks: [paragraph(CHANGES[change].de), facts([['Zeitpunkt', instant(at)]]), NOT_YOU.de],
    }),
  },

  'new-device-login': {
    en: ({ at, device, address }, { instant }) => ({
      subject: 'New login to your account',
      blocks: [
        paragraph('Somebody logged in to your account from a device that we do not know.'),
        facts([
          ['Time', instant(at)],
          ['Device', device ?? 'unknown'],
          ['Network', address ?? 'unknown'],
        ]),
        paragraph('If this was you, there is nothing to do.'),
        NOT_YOU.en,
      ],
    }),
    de: ({ at, device, address }, { instant }) => ({
      subject: 'Neue Anmeldung an Ihrem Konto',
      blocks: [
        paragraph('Jemand hat sich von einem uns unbekannten Gerät aus an Ihrem Konto angemeldet.'),
        facts([
          ['Zeitpunkt', instant(at)],
          ['Gerät', device ?? 'unbekannt'],
          ['Netz', address ?? 'unbekannt'],
        ]),
        paragraph('Wenn Sie das waren, brauchen Sie nichts zu tun.'),
        NOT_YOU.de,
      ],
    }),
  },
};

/** `b…@example.com`: enough for its owner to recognise it. */
function masked(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, 1)}…${email.slice(at)}`;
}
