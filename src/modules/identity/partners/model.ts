/** What a key may allow. The database holds the same list in a check. */
export const SCOPES = ['purchases:write', 'purchases:settle'] as const;

export type Scope = (typeof SCOPES)[number];

export type Partner = {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  /** True: what changes something and bears no valid signature is refused. */
  readonly signatureRequired: boolean;
  readonly createdAt: Temporal.Instant;
  readonly signing: SigningSecrets;
};

/** Both encrypted. The previous one is good until its time. */
export type SigningSecrets = {
  readonly current: string | null;
  readonly previous: string | null;
  readonly previousUntil: Temporal.Instant | null;
};

export type PartnerKey = {
  readonly id: string;
  readonly partnerId: string;
  readonly name: string | null;
  /** The readable beginning of the key, which opens nothing. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Temporal.Instant;
  /** Null: never. */
  readonly expiresAt: Temporal.Instant | null;
  readonly revokedAt: Temporal.Instant | null;
  /** To the minute; null while unused. */
  readonly lastUsedAt: Temporal.Instant | null;
};

/** Everything that a request with a key is judged by. */
export type KeyOfPartner = Pick<PartnerKey, 'id' | 'scopes' | 'expiresAt' | 'revokedAt'> & {
  readonly hash: Buffer;
  readonly partner: Pick<Partner, 'id' | 'active' | 'signatureRequired' | 'signing'>;
};

/** A signed message that was taken. */
export type TakenMessage = {
  readonly partnerId: string;
  readonly messageId: string;
  readonly sentAt: Temporal.Instant;
};
