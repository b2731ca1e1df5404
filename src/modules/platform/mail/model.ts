export type Locale = 'en' | 'de';

/** An amount in minor units. */
export type Money = { readonly minor: bigint; readonly currency: string };

/** The reward of one purchase. */
export type Reward = { readonly merchantName: string; readonly cashback: Money };

type Instant = Temporal.Instant;

/** What each template needs, by its name. Dates and amounts are formatted in the language of the recipient. */
export type MailContents = {
  /** To the address that is to be proven: that of the account, or the next one of the account. */
  readonly 'verify-email': { readonly link: string; readonly expiresAt: Instant };
  readonly 'reset-password': { readonly link: string; readonly expiresAt: Instant };
  readonly 'password-changed': { readonly at: Instant };
  /** To the previous address. */
  readonly 'email-changed': { readonly at: Instant; readonly newEmail: string };
  readonly 'second-factor-changed': {
    readonly at: Instant;
    readonly change: 'enrolled' | 'removed' | 'recovery_codes_replaced' | 'recovery_code_used';
  };
  readonly 'new-device-login': {
    readonly at: Instant;
    /** Such as `Firefox on Windows`. Null if the client did not say. */
    readonly device: string | null;
    /** The shortened network address. */
    readonly address: string | null;
  };
  readonly 'cashback-recorded': { readonly rewards: readonly Reward[] };
  readonly 'cashback-available': { readonly rewards: readonly Reward[] };
  readonly 'payout-requested': { readonly amount: Money };
  /** `reference` is that of the bank. */
  readonly 'payout-completed': { readonly amount: Money; readonly reference: string | null };
  readonly 'payout-failed': { readonly amount: Money; readonly reason: string | null };
  readonly 'payout-returned': { readonly amount: Money; readonly reason: string | null };
  readonly 'weekly-summary': {
    readonly from: Temporal.PlainDate;
    /** The last day that counts. */
    readonly to: Temporal.PlainDate;
    /** Purchases that were recorded in the week. */
    readonly purchases: number;
    /** By currency: cashback of these purchases, and the balances now. */
    readonly money: readonly {
      readonly earned: Money;
      readonly pending: Money;
      readonly available: Money;
    }[];
  };
  readonly 'webhook-disabled': {
    /** Of the endpoint's URL. */
    readonly host: string;
    readonly at: Instant;
    /** `gone`: the receiver answered 410. `failing`: every delivery has failed for days. */
    readonly reason: 'gone' | 'failing';
  };
  readonly 'books-differ': { readonly at: Instant; readonly faults: number };
  readonly 'payouts-waiting': {
    readonly oldestRequestedAt: Instant;
    /** By currency. */
    readonly waiting: readonly { readonly count: number; readonly total: Money }[];
  };
};

export type TemplateName = keyof MailContents;

type MailContent = {
  [Name in TemplateName]: { readonly template: Name; readonly data: MailContents[Name] };
}[TemplateName];

export type Recipient = {
  readonly userId: string | null;
  readonly email: string;
  readonly locale: Locale;
};

/** A mail to one recipient. */
export type Mail = {
  readonly to: Recipient;
  /**
   * The cause, such as the id of an event. A second mail of one template and cause is not sent to the same address.
   */
  readonly key: string;
  /** Of a mail that its recipient may choose not to get: a link that ends such mails. */
  readonly unsubscribe?: string;
} & MailContent;

/** A mail in the words of its recipient, as it is sent. */
export type Letter = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Where the recipient says that mails of this kind are not wanted. */
  readonly unsubscribe?: string;
};

/** The encrypted letter of a mail that waits to be sent. */
export type SealedLetter = { readonly id: string; readonly content: string };

/** A mail that is about to be sent. */
export type WaitingMail = SealedLetter & {
  readonly template: string;
  readonly expiresAt: Temporal.Instant;
  /** How often it was tried, this time included. */
  readonly attempts: number;
};

export type MailOutcome = 'sent' | 'refused' | 'expired' | 'discarded';
