/** The scope of a setting: global, one merchant or one user. */
export type FlagScope =
  | { readonly type: 'global'; readonly id: null }
  | { readonly type: 'merchant' | 'user'; readonly id: string };

export type FlagSetting = {
  readonly id: string;
  readonly key: string;
  readonly scope: FlagScope;
  readonly enabled: boolean;
  readonly description: string | null;
  readonly createdAt: Temporal.Instant;
  readonly updatedAt: Temporal.Instant;
};

/** The user and the merchant for which a flag is evaluated. Ids are in lower case. */
export type FlagSubject = {
  readonly userId?: string | undefined;
  readonly merchantId?: string | undefined;
};

export type FlagDecision = {
  readonly enabled: boolean;
  /** The scope of the setting that decided. `default` if the flag has no setting for the subject. */
  readonly decidedBy: FlagScope['type'] | 'default';
};

/** `known` is false if the platform reads no flag of this key. */
export type ExplainedFlag = FlagDecision & { readonly known: boolean };

/** Of each list, one value must match. */
export type FlagFilter = {
  readonly keys?: readonly string[] | undefined;
  readonly scopeTypes?: readonly FlagScope['type'][] | undefined;
  readonly scopeIds?: readonly string[] | undefined;
};
