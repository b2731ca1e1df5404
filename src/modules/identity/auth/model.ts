/** One login, to which a chain of refresh tokens belongs. */
export type Session = {
  readonly id: string;
  readonly userId: string;
  readonly revokedAt: Temporal.Instant | null;
};

export type RefreshToken = {
  readonly hash: Buffer;
  readonly session: Session;
  readonly expiresAt: Temporal.Instant;
  /** When the token was exchanged for its successor. Null for the newest token of a session. */
  readonly rotatedAt: Temporal.Instant | null;
};

export type PasswordReset = { readonly userId: string; readonly expiresAt: Temporal.Instant };

export type TokenPair = { readonly accessToken: string; readonly refreshToken: string };

/** Wrong passwords of an account, an address or a device. After `expiresAt` the budget counts as missing. */
export type LoginBudget = {
  readonly subject: string;
  readonly failures: number;
  readonly waitsUntil: Temporal.Instant | null;
  readonly expiresAt: Temporal.Instant;
};
