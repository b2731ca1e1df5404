/** What a client does about an error, by its code. docs/errors.md shows it; a code without a line fails `generate`. */
export const ERROR_ADVICE: Readonly<Record<string, string>> = {
  ACTIVE_OFFER_ALREADY_EXISTS:
    'Choose dates that do not overlap, or deactivate the offer that `details.offer_id` names.',
  ACCOUNT_HAS_MONEY: 'Let the user withdraw it first, or confirm that it is forfeited.',
  ADJUSTMENT_NOT_AWAITING_APPROVAL: 'Nothing to do. `details.status` says what became of it.',
  AMENDMENT_CONFLICT:
    'Send another statement with a new `version`. `details` has what was received with this one.',
  AMBIGUOUS_REFERENCE:
    'Settle each of the two by its own id: `details.purchase_ids` has them. They were reported at the same instant.',
  CROSS_SITE_REQUEST: 'Send it from a page of the platform itself, over HTTPS or from localhost.',
  DUPLICATE_PURCHASE:
    'Treat it as done. `details.purchase` is what was recorded first; `details.differences` names the fields that differ from it.',
  EMAIL_NOT_VERIFIED:
    'Send a password reset token to the address, with which its owner proves it, or import it with `take_over`.',
  EMAIL_ALREADY_REGISTERED: 'Log in, or register with another address.',
  EVENT_TOO_OLD:
    'Ask the shop or the operator to report it. `details.earliest` is the oldest that you may report now.',
  EXTERNAL_REFERENCE_TAKEN:
    'Choose another reference, or remove it from the user that `details.user_id` names.',
  EMAIL_VERIFICATION_REQUIRED:
    'Let the user request a mail with `POST /users/me/email-verification` and open its link.',
  EXPIRED_REFRESH_TOKEN: 'Log in again.',
  EXPIRED_TOKEN:
    'Exchange the refresh token for the next pair. For an API key ask an administrator for a new one.',
  FORBIDDEN: 'Use an account with the role, or a key with the scope, that `details.reason` names.',
  FEATURE_FLAG_SCOPE_ID_REQUIRED: 'Send `scope_id`, or the scope `global`.',
  IDEMPOTENCY_IN_PROGRESS: 'Repeat the request with the same key after the time in `Retry-After`.',
  IDEMPOTENCY_KEY_REUSED: 'Use a new key for a new request. Repeat a request only with the same body.',
  INSUFFICIENT_BALANCE: 'Ask for no more than `details.available_balance`.',
  INTERNAL_ERROR: 'Report `details.request_id` to the operator. Repeat only what is safe to repeat.',
  INVALID_CREDENTIALS: 'Check email and password.',
  INVALID_MFA_CODE:
    'Send the next code that the authenticator app shows. Each works once. Check the clock of the device.',
  INVALID_MFA_TOKEN: 'Log in again, and send a code within five minutes.',
  INVALID_PURCHASE_STATUS: 'Use one of `details.allowed`.',
  INVALID_REFRESH_TOKEN: 'Log in again.',
  INVALID_RESET_TOKEN:
    'Request another mail with `POST /auth/password-reset-requests`, or ask an administrator for a token.',
  INVALID_SIGNATURE:
    '`details.reason` says what is wrong. Sign each attempt again, with a new id and timestamp, over the bytes of the body as sent.',
  INVALID_TOKEN: 'Send `Authorization: Bearer …` with the access token of a login or an API key.',
  INVALID_VERIFICATION_TOKEN:
    'Request another mail with `POST /users/me/email-verification` or `POST /users/me/email`.',
  LAST_ACTIVE_ADMIN: 'Activate or create another administrator first.',
  REPORTS_NOT_READY:
    'Repeat after `Retry-After`. It happens once, after an upgrade of a database with a past.',
  MAIL_NOT_CONFIGURED: 'Ask the operator to set `SMTP_URL`. Until then no address can be proven or changed.',
  MERCHANT_ALREADY_EXISTS: 'Use the merchant that `details.merchant_id` names, or choose another name.',
  MERCHANT_NOT_ACTIVE: 'Activate the merchant first.',
  MERCHANT_NOT_ELIGIBLE: 'Check `merchant_id`; `details.reason` says whether it is unknown or inactive.',
  MFA_ENROLMENT_REQUIRED: 'Enrol with `POST /auth/mfa` and `POST /auth/mfa/confirmation`, then repeat.',
  MFA_LOCKED:
    'Use a recovery code, or wait for `Retry-After`. Change the password if the wrong codes were not yours.',
  MFA_NOT_ENROLLED: 'Start with `POST /auth/mfa`.',
  MFA_REQUIRED: 'Send `details.mfa_token` with a code to `POST /auth/mfa/verification` within five minutes.',
  MFA_STEP_UP_REQUIRED:
    'Send a code to `POST /auth/mfa/step-up`, then repeat the request within five minutes.',
  METHOD_NOT_ALLOWED: 'Use one of `details.allowed`, also in the header `Allow`.',
  NOT_FOUND: 'Check the id. Resources of other users and partners count as missing.',
  OFFER_NOT_AVAILABLE: 'Nothing was recorded. Report it again once the merchant has an active offer.',
  OVERLOADED: 'Repeat after `Retry-After`, with the same external id or `Idempotency-Key`.',
  PARTNER_ALREADY_EXISTS: 'Use the partner that `details.partner_id` names, or choose another name.',
  PASSWORD_NOT_COMPLEX_ENOUGH: 'Choose a password that meets all rules in `details.violations`.',
  PAYLOAD_TOO_LARGE: 'Send a smaller body, or fewer items at once.',
  PAYOUT_BLOCKED:
    'Resolve what `details.reasons` names, such as a held purchase in `purchase_ids`, or let the payout fail.',
  PAYOUT_INVALID_TRANSITION:
    '`details.status` is the present state, `details.allowed_transitions` what may follow.',
  PAYOUT_UNDER_WAY: 'Let the user cancel the payouts in `details.payout_ids`, or wait until they are paid.',
  PAYOUT_POLICY_VIOLATION: '`details.violations` has each limit and what counts against it.',
  PURCHASE_ALREADY_REVERSED: 'Treat a repeated reversal as done. A reversed purchase stays reversed.',
  PURCHASE_NOT_HELD: 'Nothing to do: the purchase is not held.',
  PURCHASE_NOT_PENDING: 'Treat a repeated confirmation as done if `details.status` is `confirmed`.',
  PURCHASE_ON_HOLD: 'Wait: an administrator releases, confirms or reverses it.',
  RATE_LIMITED: 'Repeat after `Retry-After`.',
  SERVICE_UNAVAILABLE:
    'Repeat after `Retry-After`, with the same external id or `Idempotency-Key`. If `details.outcome` is `unknown`, the repeat returns the original answer.',
  STAFF_ONLY: 'Log in to the wallet, or ask an administrator for a staff role.',
  STEP_UP_REQUIRED: 'Send the password to `POST /auth/step-up`, then repeat the request within five minutes.',
  TOKEN_REVOKED: 'Log in again. For an API key ask an administrator for a new one.',
  UNSUPPORTED_CURRENCY: 'Use one of `details.supported`.',
  UNSUPPORTED_MEDIA_TYPE:
    'Send JSON with `Content-Type: application/json`, plain or with `Content-Encoding: gzip`.',
  USER_INACTIVE: 'Ask an administrator to activate the account or partner.',
  USER_NOT_ELIGIBLE:
    'Check `user_id` or `user_reference`; `details.reason` says whether it is unknown or inactive.',
  VALIDATION_ERROR: 'Correct the fields that `details.violations` names.',
  WEBHOOK_ENDPOINT_INACTIVE: 'Activate the endpoint with `PATCH /webhook-endpoints/{id}` first.',
  WEBHOOK_ENDPOINT_LIMIT_REACHED: 'Delete an endpoint that is not used, or add types to an existing one.',
  WALLET_FULL: 'Nothing was recorded. Report it to the operator: the wallet is at its technical limit.',
};
