export const KINDS = ['purchase', 'payout', 'user', 'merchant', 'partner', 'offer'] as const;

export type Kind = (typeof KINDS)[number];

export const FIELDS = ['id', 'external_id', 'order_id', 'email', 'external_reference', 'name'] as const;

/** The field in which a search found its text. */
export type Field = (typeof FIELDS)[number];

/** What to look up: the text in the form in which each field is stored. */
export type Terms = {
  /** As it was sent, without white space at the ends. */
  readonly text: string;
  /** The lowest and the highest id that begin with the text. Undefined if it is no beginning of an id. */
  readonly ids: { readonly from: string; readonly to: string } | undefined;
  readonly externalIds: readonly string[];
  /** In the form of `orderKeyOf`. Undefined if the text has no letter and no digit. */
  readonly orderKey: string | undefined;
  /** In the form of `foldName`. */
  readonly name: string;
  readonly email: string;
};

/** Where a search found its text: the whole field, its beginning, or a part of it. */
export type Hit = {
  readonly kind: Kind;
  readonly id: string;
  readonly field: Field;
  readonly match: 'whole' | 'beginning' | 'part';
};

/** What a person recognizes a found object by. */
export type Card = {
  readonly kind: Kind;
  readonly id: string;
  readonly title: string;
  readonly subtitle: string | null;
  readonly status: string;
  /** Minor units of `currency`. */
  readonly amount: bigint | null;
  readonly currency: string | null;
};

export type Found = Card & { readonly field: Field };
