import Type from 'typebox';
import { validationError } from '../../../core/errors.ts';
import { Input } from '../../../core/http/schemas.ts';
import type { FactorProof } from './model.ts';
import { AppClient } from './schemas.ts';

const Code = Type.String({
  pattern: '^[0-9]{6}$',
  mustBe: 'the 6 digits that the authenticator app shows',
  description: 'The 6 digits that the authenticator app shows. Each code works once.',
  examples: ['287082'],
});

const RecoveryCode = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'One of the recovery codes, instead of `code`. Each works once.',
  examples: ['k7qp-3mxd-yf2w-aeov'],
});

const proof = { code: Type.Optional(Code), recovery_code: Type.Optional(RecoveryCode) };

export const ProofBody = Input(proof);

export const MfaVerificationBody = Input({
  mfa_token: Type.String({
    minLength: 1,
    maxLength: 1024,
    description: 'From `details.mfa_token` of the response MFA_REQUIRED. Valid for five minutes.',
    examples: ['eyJhbGciOiJIUzI1NiIs…'],
  }),
  ...proof,
  client: Type.Optional(AppClient),
});

export const StepUpBody = Input({
  password: Type.String({ minLength: 1, maxLength: 1024, examples: ['Str0ng!Pass'] }),
});

export const MfaConfirmationBody = Input({ code: Code });

export const MfaStatus = Type.Object({
  enrolled: Type.Boolean({ description: 'Whether you have a second factor.' }),
  required: Type.Boolean({ description: 'Whether you must have one.' }),
  recovery_codes_left: Type.Integer({ examples: [10] }),
});

export const MfaEnrolment = Type.Object({
  secret: Type.String({
    description: 'The secret in base32, to be typed into an authenticator app. It is shown only once.',
    examples: ['JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'],
  }),
  otpauth_uri: Type.String({
    description: 'The same for a QR code, which an authenticator app reads.',
    examples: ['otpauth://totp/ClickNBack:carol%40example.com?issuer=ClickNBack&secret=JBSWY3DP…'],
  }),
});

export const RecoveryCodes = Type.Object({
  recovery_codes: Type.Array(Type.String({ examples: ['k7qp-3mxd-yf2w-aeov'] }), {
    description: 'Codes for the day on which the authenticator app is lost. They are shown only once.',
  }),
});

/** @throws VALIDATION_ERROR unless the body has either of the two. */
export function readProof(body: { readonly code?: string; readonly recovery_code?: string }): FactorProof {
  const { code, recovery_code: recoveryCode } = body;
  if (code !== undefined && recoveryCode === undefined) return { code };
  if (recoveryCode !== undefined && code === undefined) return { recoveryCode };
  throw validationError({ violations: [{ field: 'code', reason: 'must be given, or recovery_code' }] });
}

export function presentFactor(factor: {
  readonly enrolled: boolean;
  readonly required: boolean;
  readonly recoveryCodesLeft: number;
}) {
  const { enrolled, required, recoveryCodesLeft } = factor;
  return { enrolled, required, recovery_codes_left: recoveryCodesLeft };
}

export function presentEnrolment({ secret, uri }: { readonly secret: string; readonly uri: string }) {
  return { secret, otpauth_uri: uri };
}

export function presentRecoveryCodes(codes: readonly string[]) {
  return { recovery_codes: [...codes] };
}
