import type { ExternalIdScope } from '../../../core/database/schema.generated.ts';
import type { SigningSecrets } from '../../../core/secrets/signing-secrets.ts';

export type { ExternalIdScope } from '../../../core/database/schema.generated.ts';

/** The permissions of a key. A check constraint has the same list. */
export const SCOPES = ['purchases:read', 'purchases:write', 'purchases:settle', 'webhooks:manage'] as const;

export const EXTERNAL_ID_SCOPES = ['partner', 'merchant'] as const satisfies readonly ExternalIdScope[];

/** The most merchants that a partner is limited to. */
export const MAX_MERCHANTS = 1_000;

export type Scope = (typeof SCOPES)[number];

export type Partner = {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  /** If true, requests that change data are refused without a valid signature. */
  readonly signatureRequired: boolean;
  /** The merchants whose purchases it reports and settles. Null: all merchants. */
  readonly merchantIds: readonly string[] | null;
  /** Where its external ids are unique. Only moves from `partner` to `merchant`. */
  readonly externalIdScope: ExternalIdScope;
  readonly createdAt: Temporal.Instant;
  readonly signing: SigningSecrets;
};

export type PartnerKey = {
  readonly id: string;
  readonly partnerId: string;
  readonly name: string | null;
  /** The readable beginning of the key. It is not secret. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Temporal.Instant;
  /** Null if the key never expires. */
  readonly expiresAt: Temporal.Instant | null;
  readonly revokedAt: Temporal.Instant | null;
  /** Exact to the minute. Null if the key was never used. */
  readonly lastUsedAt: Temporal.Instant | null;
};

/** A partner with its usable keys, the last use of any of its keys, and how many of its reports are refused. */
export type PartnerUse = {
  readonly partner: Partner;
  readonly keys: number;
  readonly lastUsedAt: Temporal.Instant | null;
  /** Of its reports in the last 24 hours, from 0 to 1. Null if there were none. */
  readonly refusedShare: number | null;
};

export type PartnerFilter = {
  readonly active?: boolean | undefined;
  /** A part of the name. */
  readonly name?: string | undefined;
};

/** A key with its partner: all that is needed to authenticate a request. */
export type KeyOfPartner = Pick<PartnerKey, 'id' | 'scopes' | 'expiresAt' | 'revokedAt'> & {
  readonly hash: Buffer;
  readonly partner: Pick<
    Partner,
    'id' | 'active' | 'signatureRequired' | 'merchantIds' | 'externalIdScope' | 'signing'
  >;
};

/** A signed message that was accepted. It is stored so that a replay is refused. */
export type TakenMessage = {
  readonly partnerId: string;
  readonly messageId: string;
  readonly sentAt: Temporal.Instant;
};
