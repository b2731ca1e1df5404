/** The apps that the platform serves. They keep their refresh token in a cookie. */
export const APPS = ['wallet', 'console'] as const;

export type App = (typeof APPS)[number];

/** Where a session was opened, as its user sees it in the list of sessions. */
export type Client = {
  /** Null if the client sends none. */
  readonly userAgent: string | null;
  /** The shortened network address. */
  readonly network: string;
};

/** A session that can still be used. Its client is unknown if an older version opened it. */
export type OpenSession = {
  readonly id: string;
  readonly createdAt: Temporal.Instant;
  /** When its tokens were last refreshed, so that no request needs a write. */
  readonly lastUsedAt: Temporal.Instant;
  readonly userAgent: string | null;
  readonly network: string | null;
};

/** A mailed link that proves an address. */
export type EmailProof = {
  readonly userId: string;
  /** The address that the link was mailed to. */
  readonly email: string;
  readonly expiresAt: Temporal.Instant;
  /** The session that asked for a change of the address. Null if the address is that of the account. */
  readonly sessionId: string | null;
};

/** One login, to which a chain of refresh tokens belongs. */
export type Session = {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Temporal.Instant;
  readonly revokedAt: Temporal.Instant | null;
  /** The app that holds the session. Null: a program that keeps its refresh token itself. */
  readonly app: App | null;
  /** When the session last proved the second factor. Null if its account has none. */
  readonly factorProvenAt: Temporal.Instant | null;
  /** When the session last proved the password. Null if an older version opened it. */
  readonly passwordProvenAt: Temporal.Instant | null;
};

export type RefreshToken = {
  readonly hash: Buffer;
  readonly session: Omit<Session, 'factorProvenAt' | 'passwordProvenAt'>;
  readonly expiresAt: Temporal.Instant;
  /** When the token was exchanged for its successor. Null for the newest token of a session. */
  readonly rotatedAt: Temporal.Instant | null;
};

export type PasswordReset = {
  readonly userId: string;
  readonly expiresAt: Temporal.Instant;
  /** True if the command on the server issued the token. */
  readonly isFromServer: boolean;
};

export type TokenPair = {
  readonly accessToken: string;
  readonly accessTtlSeconds: number;
  readonly refreshToken: string;
  readonly refreshTtlSeconds: number;
};

/** Wrong passwords of an account, an address or a device. After `expiresAt` the budget counts as missing. */
export type LoginBudget = {
  readonly subject: string;
  readonly failures: number;
  readonly waitsUntil: Temporal.Instant | null;
  readonly expiresAt: Temporal.Instant;
};

/** The second factor of an account. Its secrets are encrypted. */
export type Factor = {
  readonly userId: string;
  /** Null until a code has confirmed the first enrolment. */
  readonly secret: string | null;
  /** The secret of an enrolment that no code has confirmed yet. */
  readonly pendingSecret: string | null;
  /** The time step of the last accepted code. */
  readonly lastStep: number;
  /** Moves a day on with each wrong code. */
  readonly failuresUntil: Temporal.Instant | null;
};

/** What proves a second factor: the code of an authenticator app, or a recovery code. */
export type FactorProof = { readonly code: string } | { readonly recoveryCode: string };
