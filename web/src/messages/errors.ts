import type { ErrorCode, ErrorDetails } from '#app/client.ts';
import type { Format } from '#lib/format.ts';

/** One sentence or two for each error code: what happened, and what the person can do. */
type ErrorTexts = {
  readonly [Code in ErrorCode]: (details: ErrorDetails[Code], format: Format) => string;
};

type Violation = { readonly field: string; readonly reason: string };

const reasons = (violations: readonly Violation[]) => violations.map(({ reason }) => reason).join(' ');

export const en: ErrorTexts = {
  ACCOUNT_HAS_MONEY: ({ balances }, { money, list }) =>
    `The account still has ${list(balances.map((of) => `${money(of.available_balance, of.currency)} to withdraw and ${money(of.pending_balance, of.currency)} pending`))}. Withdraw it first, or confirm that you give it up.`,
  ACTIVE_OFFER_ALREADY_EXISTS: () =>
    'The merchant has another active offer in these days. Choose days that do not overlap, or switch that offer off.',
  ADJUSTMENT_NOT_AWAITING_APPROVAL: () => 'This adjustment was decided before. The page shows how.',
  AMBIGUOUS_REFERENCE: () => 'Two purchases have this order number. Open the one you mean.',
  AMENDMENT_CONFLICT: () =>
    'Another change of this purchase has the same version. Read it again, then send a new one.',
  CROSS_SITE_REQUEST: () => 'Open this page at its own address, then try again.',
  DUPLICATE_PURCHASE: ({ external_id }) =>
    `Order ${external_id} is recorded already. It earned its cashback once.`,
  EMAIL_ALREADY_REGISTERED: () => 'This email address is registered already. Log in, or use another address.',
  EMAIL_NOT_VERIFIED: ({ email }) => `${email} belongs to an account that never proved the address.`,
  EMAIL_VERIFICATION_REQUIRED: () =>
    'Confirm your email address first: open the link in the mail that we send you.',
  EVENT_TOO_OLD: ({ earliest }, { date }) =>
    `This purchase is too old to be reported. The oldest day is ${date(earliest)}.`,
  EXPIRED_REFRESH_TOKEN: () => 'Your session has ended. Log in again.',
  EXPIRED_TOKEN: () => 'Your session has ended. Log in again.',
  EXTERNAL_REFERENCE_TAKEN: ({ external_reference }) =>
    `Another shopper has the reference ${external_reference}. Choose another one.`,
  FEATURE_FLAG_SCOPE_ID_REQUIRED: () => 'Choose the merchant or shopper that this flag is for.',
  FORBIDDEN: () => 'Your role does not allow this. Ask an administrator.',
  IDEMPOTENCY_IN_PROGRESS: () =>
    'This request is still under way. Try again in a moment: it happens only once.',
  IDEMPOTENCY_KEY_REUSED: () => 'This was sent before with other values. Close the dialog and start again.',
  INSUFFICIENT_BALANCE: ({ available_balance, currency }, { money }) =>
    `Only ${money(available_balance, currency)} is available.`,
  INTERNAL_ERROR: () => 'Something failed on our side. Try again, or send us the request number.',
  INVALID_CREDENTIALS: () => 'The email address or the password is wrong.',
  INVALID_MFA_CODE: () => 'This code is wrong or was used before. Enter the next one that your app shows.',
  INVALID_MFA_TOKEN: () => 'The time for the code is over. Log in again.',
  INVALID_PURCHASE_STATUS: () => 'The list cannot be filtered by this state. Clear the filters.',
  INVALID_REFRESH_TOKEN: () => 'Your session has ended. Log in again.',
  INVALID_RESET_TOKEN: () => 'This link was used or has expired. Request another one.',
  INVALID_SIGNATURE: () => 'The signature of the partner is missing or not valid.',
  INVALID_TOKEN: () => 'Your session has ended. Log in again.',
  INVALID_VERIFICATION_TOKEN: () => 'This link was used or has expired. Request another mail.',
  LAST_ACTIVE_ADMIN: () => 'This is the last active administrator. Appoint another one first.',
  MAIL_NOT_CONFIGURED: () => 'This platform sends no mail, so it cannot confirm addresses. Ask the operator.',
  MERCHANT_ALREADY_EXISTS: ({ name }) => `A merchant with the name ${name} exists already.`,
  MERCHANT_NOT_ACTIVE: () => 'The merchant is not active. Activate the merchant first.',
  MERCHANT_NOT_ELIGIBLE: () => 'The merchant is unknown or not active.',
  METHOD_NOT_ALLOWED: () => 'This page is older than the platform. Reload it.',
  MFA_ENROLMENT_REQUIRED: () => 'Your role needs a second factor. Set one up first.',
  MFA_LOCKED: () => 'Too many codes were wrong. Wait a few minutes, or use a recovery code.',
  MFA_NOT_ENROLLED: () => 'Your account has no second factor. Set one up first.',
  MFA_REQUIRED: () => 'Enter the code of your authenticator app.',
  MFA_STEP_UP_REQUIRED: () => 'This needs a fresh code of your authenticator app.',
  NOT_FOUND: () => 'We cannot find this. The address may be wrong, or it belongs to another account.',
  OFFER_NOT_AVAILABLE: ({ purchased_on }, { date }) => `The merchant had no offer on ${date(purchased_on)}.`,
  OVERLOADED: () => 'Many people are here right now. Nothing was changed. Try again in a moment.',
  PARTNER_ALREADY_EXISTS: ({ name }) => `A partner with the name ${name} exists already.`,
  PASSWORD_NOT_COMPLEX_ENOUGH: ({ violations }) =>
    `The password is too easy to guess. ${reasons(violations)}`.trim(),
  PAYLOAD_TOO_LARGE: () => 'This is too much for one request. Choose fewer items.',
  PAYOUT_BLOCKED: ({ reasons: blocked }) =>
    `This payout cannot be paid: ${blocked.map(blockedEn).join(', ')}.`,
  PAYOUT_INVALID_TRANSITION: () =>
    'Another person changed this payout in the meantime. The page shows its present state.',
  PAYOUT_POLICY_VIOLATION: ({ violations, currency }, { money }) =>
    violations
      .map(({ rule, limit, used }) =>
        rule === 'minimum_amount'
          ? `The smallest withdrawal is ${money(limit, currency)}.`
          : `At most ${money(limit, currency)} can be withdrawn in a month${used === undefined ? '' : `; ${money(used, currency)} are used`}.`,
      )
      .join(' '),
  PAYOUT_UNDER_WAY: () => 'A withdrawal is under way. Cancel it, or wait until it is paid.',
  PURCHASE_ALREADY_REVERSED: () => 'This purchase was reversed before. It stays reversed.',
  PURCHASE_NOT_HELD: () => 'This purchase is not held any more. The page shows its present state.',
  PURCHASE_NOT_PENDING: () => 'This purchase is not pending any more. The page shows its present state.',
  PURCHASE_ON_HOLD: () => 'This purchase is held for review. Release it first.',
  RATE_LIMITED: ({ retry_after_seconds: seconds }) =>
    seconds === undefined
      ? 'Too many attempts. Wait a moment.'
      : `Too many attempts. Try again in ${seconds} seconds.`,
  REPORTS_NOT_READY: () => 'The figures are being made from the past. This happens once and takes minutes.',
  SERVICE_UNAVAILABLE: () => 'The platform cannot reach its database. Try again in a moment.',
  STAFF_ONLY: () => 'The console is for staff. Your account opens the wallet.',
  STEP_UP_REQUIRED: () => 'This needs your password again.',
  TOKEN_REVOKED: () => 'Your session was ended. Log in again.',
  UNSUPPORTED_CURRENCY: ({ supported }, { list }) => `Choose one of these currencies: ${list(supported)}.`,
  UNSUPPORTED_MEDIA_TYPE: () => 'This page is older than the platform. Reload it.',
  USER_INACTIVE: () => 'This account is not active. Ask our support.',
  USER_NOT_ELIGIBLE: () => 'The shopper is unknown or not active.',
  VALIDATION_ERROR: ({ violations }) => `Check what you entered. ${reasons(violations)}`.trim(),
  WALLET_FULL: () => 'The wallet cannot hold this amount.',
  WEBHOOK_ENDPOINT_INACTIVE: () => 'The webhook endpoint is not active. Activate it first.',
  WEBHOOK_ENDPOINT_LIMIT_REACHED: ({ limit }) =>
    `There are ${limit} webhook endpoints already. Delete one first.`,
};

export const de: ErrorTexts = {
  ACCOUNT_HAS_MONEY: ({ balances }, { money, list }) =>
    `Auf dem Konto sind noch ${list(balances.map((of) => `${money(of.available_balance, of.currency)} verfügbar und ${money(of.pending_balance, of.currency)} ausstehend`))}. Zahlen Sie es zuerst aus, oder bestätigen Sie, dass Sie darauf verzichten.`,
  ACTIVE_OFFER_ALREADY_EXISTS: () =>
    'Der Händler hat in diesen Tagen schon ein aktives Angebot. Wählen Sie andere Tage, oder schalten Sie jenes ab.',
  ADJUSTMENT_NOT_AWAITING_APPROVAL: () =>
    'Über diese Korrektur wurde schon entschieden. Die Seite zeigt, wie.',
  AMBIGUOUS_REFERENCE: () => 'Zwei Einkäufe haben diese Bestellnummer. Öffnen Sie den gemeinten.',
  AMENDMENT_CONFLICT: () =>
    'Eine andere Änderung dieses Einkaufs hat dieselbe Version. Laden Sie ihn neu, und senden Sie eine neue.',
  CROSS_SITE_REQUEST: () =>
    'Öffnen Sie diese Seite unter ihrer eigenen Adresse, und versuchen Sie es noch einmal.',
  DUPLICATE_PURCHASE: ({ external_id }) =>
    `Bestellung ${external_id} ist schon erfasst. Sie hat einmal Cashback gebracht.`,
  EMAIL_ALREADY_REGISTERED: () =>
    'Diese E-Mail-Adresse ist schon registriert. Melden Sie sich an, oder verwenden Sie eine andere.',
  EMAIL_NOT_VERIFIED: ({ email }) => `${email} gehört zu einem Konto, das die Adresse nie bestätigt hat.`,
  EMAIL_VERIFICATION_REQUIRED: () =>
    'Bestätigen Sie zuerst Ihre E-Mail-Adresse: Öffnen Sie den Link in unserer Nachricht.',
  EVENT_TOO_OLD: ({ earliest }, { date }) =>
    `Dieser Einkauf ist zu alt, um gemeldet zu werden. Der früheste Tag ist der ${date(earliest)}.`,
  EXPIRED_REFRESH_TOKEN: () => 'Ihre Sitzung ist beendet. Melden Sie sich wieder an.',
  EXPIRED_TOKEN: () => 'Ihre Sitzung ist beendet. Melden Sie sich wieder an.',
  EXTERNAL_REFERENCE_TAKEN: ({ external_reference }) =>
    `Die Referenz ${external_reference} gehört schon zu einem anderen Kunden. Wählen Sie eine andere.`,
  FEATURE_FLAG_SCOPE_ID_REQUIRED: () => 'Wählen Sie den Händler oder Kunden, für den dieser Schalter gilt.',
  FORBIDDEN: () => 'Ihre Rolle erlaubt das nicht. Fragen Sie einen Administrator.',
  IDEMPOTENCY_IN_PROGRESS: () =>
    'Diese Anfrage läuft noch. Versuchen Sie es gleich noch einmal: Sie wird nur einmal ausgeführt.',
  IDEMPOTENCY_KEY_REUSED: () =>
    'Das wurde schon mit anderen Werten gesendet. Schließen Sie den Dialog, und beginnen Sie neu.',
  INSUFFICIENT_BALANCE: ({ available_balance, currency }, { money }) =>
    `Verfügbar sind nur ${money(available_balance, currency)}.`,
  INTERNAL_ERROR: () =>
    'Bei uns ist etwas schiefgegangen. Versuchen Sie es noch einmal, oder nennen Sie uns die Nummer.',
  INVALID_CREDENTIALS: () => 'Die E-Mail-Adresse oder das Passwort ist falsch.',
  INVALID_MFA_CODE: () =>
    'Dieser Code ist falsch oder schon benutzt. Geben Sie den nächsten ein, den Ihre App zeigt.',
  INVALID_MFA_TOKEN: () => 'Die Zeit für den Code ist abgelaufen. Melden Sie sich wieder an.',
  INVALID_PURCHASE_STATUS: () => 'Nach diesem Stand kann die Liste nicht filtern. Löschen Sie die Filter.',
  INVALID_REFRESH_TOKEN: () => 'Ihre Sitzung ist beendet. Melden Sie sich wieder an.',
  INVALID_RESET_TOKEN: () =>
    'Dieser Link wurde schon benutzt oder ist abgelaufen. Fordern Sie einen neuen an.',
  INVALID_SIGNATURE: () => 'Die Signatur des Partners fehlt oder ist ungültig.',
  INVALID_TOKEN: () => 'Ihre Sitzung ist beendet. Melden Sie sich wieder an.',
  INVALID_VERIFICATION_TOKEN: () =>
    'Dieser Link wurde schon benutzt oder ist abgelaufen. Fordern Sie eine neue Nachricht an.',
  LAST_ACTIVE_ADMIN: () => 'Das ist der letzte aktive Administrator. Ernennen Sie zuerst einen anderen.',
  MAIL_NOT_CONFIGURED: () =>
    'Diese Plattform verschickt keine E-Mails und kann keine Adressen bestätigen. Fragen Sie den Betreiber.',
  MERCHANT_ALREADY_EXISTS: ({ name }) => `Ein Händler mit dem Namen ${name} ist schon vorhanden.`,
  MERCHANT_NOT_ACTIVE: () => 'Der Händler ist nicht aktiv. Aktivieren Sie ihn zuerst.',
  MERCHANT_NOT_ELIGIBLE: () => 'Der Händler ist unbekannt oder nicht aktiv.',
  METHOD_NOT_ALLOWED: () => 'Diese Seite ist älter als die Plattform. Laden Sie sie neu.',
  MFA_ENROLMENT_REQUIRED: () => 'Ihre Rolle verlangt einen zweiten Faktor. Richten Sie ihn zuerst ein.',
  MFA_LOCKED: () => 'Zu viele falsche Codes. Warten Sie einige Minuten, oder benutzen Sie einen Ersatzcode.',
  MFA_NOT_ENROLLED: () => 'Ihr Konto hat keinen zweiten Faktor. Richten Sie ihn zuerst ein.',
  MFA_REQUIRED: () => 'Geben Sie den Code Ihrer Authenticator-App ein.',
  MFA_STEP_UP_REQUIRED: () => 'Dafür ist ein frischer Code Ihrer Authenticator-App nötig.',
  NOT_FOUND: () => 'Das finden wir nicht. Die Adresse ist falsch, oder es gehört zu einem anderen Konto.',
  OFFER_NOT_AVAILABLE: ({ purchased_on }, { date }) =>
    `Der Händler hatte am ${date(purchased_on)} kein Angebot.`,
  OVERLOADED: () =>
    'Gerade sind viele Menschen hier. Nichts wurde geändert. Versuchen Sie es gleich noch einmal.',
  PARTNER_ALREADY_EXISTS: ({ name }) => `Ein Partner mit dem Namen ${name} ist schon vorhanden.`,
  PASSWORD_NOT_COMPLEX_ENOUGH: () =>
    'Das Passwort ist zu leicht zu erraten. Nehmen Sie ein längeres aus mehreren Wörtern.',
  PAYLOAD_TOO_LARGE: () => 'Das ist zu viel für eine Anfrage. Wählen Sie weniger aus.',
  PAYOUT_BLOCKED: ({ reasons: blocked }) =>
    `Diese Auszahlung kann nicht bezahlt werden: ${blocked.map(blockedDe).join(', ')}.`,
  PAYOUT_INVALID_TRANSITION: () =>
    'Jemand hat diese Auszahlung inzwischen geändert. Die Seite zeigt den jetzigen Stand.',
  PAYOUT_POLICY_VIOLATION: ({ violations, currency }, { money }) =>
    violations
      .map(({ rule, limit, used }) =>
        rule === 'minimum_amount'
          ? `Die kleinste Auszahlung ist ${money(limit, currency)}.`
          : `Im Monat sind höchstens ${money(limit, currency)} möglich${used === undefined ? '' : `; davon sind ${money(used, currency)} verbraucht`}.`,
      )
      .join(' '),
  PAYOUT_UNDER_WAY: () =>
    'Eine Auszahlung ist unterwegs. Brechen Sie sie ab, oder warten Sie, bis sie bezahlt ist.',
  PURCHASE_ALREADY_REVERSED: () => 'Dieser Einkauf wurde schon storniert. Das bleibt so.',
  PURCHASE_NOT_HELD: () => 'Dieser Einkauf wird nicht mehr geprüft. Die Seite zeigt den jetzigen Stand.',
  PURCHASE_NOT_PENDING: () => 'Dieser Einkauf ist nicht mehr ausstehend. Die Seite zeigt den jetzigen Stand.',
  PURCHASE_ON_HOLD: () => 'Dieser Einkauf wird geprüft. Geben Sie ihn zuerst frei.',
  RATE_LIMITED: ({ retry_after_seconds: seconds }) =>
    seconds === undefined
      ? 'Zu viele Versuche. Warten Sie einen Moment.'
      : `Zu viele Versuche. Versuchen Sie es in ${seconds} Sekunden noch einmal.`,
  REPORTS_NOT_READY: () =>
    'Die Zahlen werden aus der Vergangenheit berechnet. Das geschieht einmal und dauert Minuten.',
  SERVICE_UNAVAILABLE: () =>
    'Die Plattform erreicht ihre Datenbank nicht. Versuchen Sie es gleich noch einmal.',
  STAFF_ONLY: () => 'Die Konsole ist für das Personal. Ihr Konto öffnet das Guthaben.',
  STEP_UP_REQUIRED: () => 'Dafür ist Ihr Passwort noch einmal nötig.',
  TOKEN_REVOKED: () => 'Ihre Sitzung wurde beendet. Melden Sie sich wieder an.',
  UNSUPPORTED_CURRENCY: ({ supported }, { list }) => `Wählen Sie eine dieser Währungen: ${list(supported)}.`,
  UNSUPPORTED_MEDIA_TYPE: () => 'Diese Seite ist älter als die Plattform. Laden Sie sie neu.',
  USER_INACTIVE: () => 'Dieses Konto ist nicht aktiv. Fragen Sie unseren Support.',
  USER_NOT_ELIGIBLE: () => 'Der Kunde ist unbekannt oder nicht aktiv.',
  VALIDATION_ERROR: () => 'Prüfen Sie Ihre Eingaben.',
  WALLET_FULL: () => 'Das Guthaben kann diesen Betrag nicht aufnehmen.',
  WEBHOOK_ENDPOINT_INACTIVE: () => 'Der Webhook-Endpunkt ist nicht aktiv. Aktivieren Sie ihn zuerst.',
  WEBHOOK_ENDPOINT_LIMIT_REACHED: ({ limit }) =>
    `Es gibt schon ${limit} Webhook-Endpunkte. Löschen Sie zuerst einen.`,
};

type BlockReason = ErrorDetails['PAYOUT_BLOCKED']['reasons'][number];

function blockedEn(block: BlockReason): string {
  const texts = {
    negative_balance: 'the shopper owes money',
    owner_inactive: 'the shopper is not active',
    purchase_held: 'one of its purchases is held for review',
    purchase_reversed_for_fraud: 'one of its purchases was reversed for fraud',
  } as const;
  return texts[block.reason];
}

function blockedDe(block: BlockReason): string {
  const texts = {
    negative_balance: 'der Kunde schuldet Geld',
    owner_inactive: 'der Kunde ist nicht aktiv',
    purchase_held: 'einer der Einkäufe wird geprüft',
    purchase_reversed_for_fraud: 'einer der Einkäufe wurde wegen Betrugs storniert',
  } as const;
  return texts[block.reason];
}
