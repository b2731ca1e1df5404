/** A customer sent back part of an order, so that the purchase is amended to a smaller amount. */
export type PartialReturn = {
  readonly externalId: string;
  readonly moment: Moment;
  /** The shop's name of this statement. It is the same in every run, so that a repeat changes nothing. */
  readonly version: string;
  readonly reason: string;
  readonly statement:
    | { readonly amount: string }
    | {
        readonly lines: {
          readonly line_id: string;
          readonly amount: string;
          readonly status: 'approved' | 'rejected';
        }[];
      };
};

/** When the part comes back: before the confirmation, before the payouts, or after them. */
export type Moment = 'pending' | 'confirmed' | 'paid';
