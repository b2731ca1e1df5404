/** One login: the family of its refresh tokens. */
export type Session = {
  readonly id: string;
  readonly userId: string;
  readonly revokedAt: Temporal.Instant | null;
};

export type RefreshToken = {
  readonly hash: Buffer;
  readonly session: Session;
  readonly expiresAt: Temporal.Instant;
  /** When it was exchanged for its successor; null while it is the newest of its family. */
  readonly rotatedAt: Temporal.Instant | null;
};

export type PasswordReset = { readonly userId: string; readonly expiresAt: Temporal.Instant };

export type TokenPair = { readonly accessToken: string; readonly refreshToken: string };
