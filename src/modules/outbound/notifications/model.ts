/** The mails that a user may choose, and whether users who have not chosen get them. */
export const DEFAULTS = {
  cashback_recorded: false,
  cashback_available: true,
  weekly_summary: false,
  payouts_waiting: true,
} as const;

export type Kind = keyof typeof DEFAULTS;

export const KINDS = Object.keys(DEFAULTS) as readonly Kind[];

/** What a user gets. */
export type Preferences = Readonly<Record<Kind, boolean>>;

/** What a user has chosen. Null: nothing. */
export type Choices = Readonly<Record<Kind, boolean | null>>;

export type PreferencesChange = { readonly [One in Kind]?: boolean | undefined };

/** A user with a proven address. */
export type Contact = {
  readonly userId: string;
  readonly email: string;
  readonly locale: 'en' | 'de';
  readonly preferences: Preferences;
};

/** What an event says about money. */
export type MoneyEvent = {
  readonly id: string;
  readonly action: string;
  /** The purchase or payout. */
  readonly resourceId: string;
  readonly userId: string;
  readonly amount: { readonly minor: bigint; readonly currency: string };
};

/** What the mail about a payout says beside its amount. */
export type PayoutFacts = {
  readonly id: string;
  readonly reference: string | null;
  readonly failureReason: string | null;
  readonly returnReason: string | null;
};

/** Payouts of one currency that have waited for long. */
export type WaitingPayouts = {
  readonly count: number;
  readonly total: { readonly minor: bigint; readonly currency: string };
  readonly oldestRequestedAt: Temporal.Instant;
};

/** The week of a user, in one currency. */
export type WeekInCurrency = {
  readonly userId: string;
  readonly purchases: number;
  readonly earned: { readonly minor: bigint; readonly currency: string };
  readonly pending: { readonly minor: bigint; readonly currency: string };
  readonly available: { readonly minor: bigint; readonly currency: string };
};
