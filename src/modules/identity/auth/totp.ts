import { Secret, TOTP } from 'otpauth';

const ISSUER = 'ClickNBack';
/** RFC 4226, section 4: 160 bits. */
const SECRET_BYTES = 20;
/** Codes of the step before and the step after are valid too, because clocks differ. */
const TOLERANCE_STEPS = 1;

/** Returns a secret in base32, as authenticator apps take it. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** The address that an authenticator app reads from a QR code. */
export function otpauthUri(secret: string, email: string): string {
  return new TOTP({ secret, issuer: ISSUER, label: email }).toString();
}

/** Returns the time step of the code (RFC 6238). Undefined if the code is wrong now. */
export function timeStepOf(code: string, secret: string, now: Temporal.Instant): number | undefined {
  const totp = new TOTP({ secret });
  const timestamp = now.epochMilliseconds;
  const distance = totp.validate({ token: code, timestamp, window: TOLERANCE_STEPS });
  return distance === null ? undefined : totp.counter({ timestamp }) + distance;
}
