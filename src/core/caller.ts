import { defineError, forbidden } from './errors.ts';
import type { Message } from './secrets/signatures.ts';

export type Role = 'user' | 'admin';

/** A proof that the caller is the owner of the account, and not only of an access token. */
export type Proof = 'second_factor' | 'password';

/** A user, as the access token and the account are at the time of the request. */
export type AccountCaller = {
  readonly type: Role;
  readonly id: string;
  /** What the staff roles of an administrator permit. A user has none. */
  readonly permissions: readonly string[];
  readonly sessionId: string;
  /** True for an administrator who must have a second factor and has none. */
  readonly mustEnrol: boolean;
  /** What the session has not proved for some minutes, before an operation that takes a fresh proof (`stepUp`). */
  readonly dueProof: Proof | null;
  readonly requestId: string;
};

/**
 * A partner, as the API key and the partner are at the time of the request. The module that authenticates it adds the
 * fields that the rules of other modules read; the core only carries them.
 */
export interface PartnerCaller {
  readonly type: 'partner';
  readonly id: string;
  readonly keyId: string;
  readonly scopes: readonly string[];
  readonly requestId: string;
  /** Verifies the signature of a message, if one is needed. @throws INVALID_SIGNATURE, also if the message is a replay. */
  readonly requireSignature: (message: Message) => Promise<void>;
}

/** The sender of a request. */
export type Caller = AccountCaller | PartnerCaller;

/**
 * No administrator decides about their own money. For money that the caller moves as its owner, do not ask.
 * @throws FORBIDDEN with the reason `own`.
 */
export function requireNotOwn(actor: { readonly type: string; readonly id: string | null }, userId: string) {
  if (actor.type === 'admin' && actor.id === userId) throw forbidden({ reason: 'own' });
}

/** @throws INVALID_TOKEN, EXPIRED_TOKEN, TOKEN_REVOKED or USER_INACTIVE. */
export type Authenticate = (token: string, requestId: string) => Promise<Caller>;

export const invalidToken = defineError(
  'unauthenticated',
  'INVALID_TOKEN',
  'The access token or API key is missing or not valid.',
);

export const expiredToken = defineError(
  'unauthenticated',
  'EXPIRED_TOKEN',
  'The access token or API key has expired.',
);

export const tokenRevoked = defineError(
  'unauthenticated',
  'TOKEN_REVOKED',
  'The session has ended, or the API key was revoked.',
);

export const userInactive = defineError(
  'unauthenticated',
  'USER_INACTIVE',
  'The account or partner is not active.',
);

export const mfaEnrolmentRequired = defineError(
  'forbidden',
  'MFA_ENROLMENT_REQUIRED',
  'Administrators need a second factor. Enrol with `POST /auth/mfa` first.',
);

export const mfaStepUpRequired = defineError(
  'forbidden',
  'MFA_STEP_UP_REQUIRED',
  'This takes a fresh code of your second factor. Send one to `POST /auth/mfa/step-up`, then repeat the request.',
);

export const stepUpRequired = defineError(
  'forbidden',
  'STEP_UP_REQUIRED',
  'This takes your password again. Send it to `POST /auth/step-up`, then repeat the request.',
);

/** The errors that every route may return, except public routes. */
export const authenticationErrors = [invalidToken, expiredToken, tokenRevoked, userInactive];
