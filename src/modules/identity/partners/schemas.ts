import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { Page, PageQuery } from '../../../core/http/pagination.ts';
import {
  ActiveStatus,
  Id,
  Input,
  NameOf,
  PartOfName,
  Timestamp,
  TimestampInput,
} from '../../../core/http/schemas.ts';
import {
  EXTERNAL_ID_SCOPES,
  MAX_MERCHANTS,
  type Partner,
  type PartnerKey,
  type PartnerUse,
  SCOPES,
} from './model.ts';

const Name = NameOf('Northwind Affiliates');

const SignatureRequired = Type.Boolean({
  description:
    'Whether the partner must sign requests that change data (Standard Webhooks). Defaults to false.',
});

const ExternalIdScope = Type.Enum(EXTERNAL_ID_SCOPES, {
  description:
    'Where an external id of the partner is unique: `partner` among all of its purchases, `merchant` at each merchant. Defaults to `partner`.',
  examples: ['partner'],
});

export const NewPartnerBody = Input({
  name: Name,
  signature_required: Type.Optional(SignatureRequired),
  external_id_scope: Type.Optional(ExternalIdScope),
});

export const PartnerChangesBody = Input(
  {
    name: Type.Optional(Name),
    signature_required: Type.Optional(SignatureRequired),
    external_id_scope: Type.Optional(ExternalIdScope),
  },
  { minProperties: 1 },
);

const MerchantIds = Type.Unsafe<string[] | null>({
  type: ['array', 'null'],
  items: Id,
  maxItems: MAX_MERCHANTS,
  uniqueItems: true,
  description:
    'The ids of the merchants whose purchases the partner may report, settle and amend. Null for all merchants.',
  examples: [['01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e']],
});

export const MerchantsBody = Input({
  merchant_ids: MerchantIds,
});

export const PartnerStatusBody = Input({ status: ActiveStatus });

export const PartnerQuery = PageQuery({ active: Type.Optional(Type.Boolean()), name: PartOfName });

export const KeyQuery = PageQuery({});

export const KeyParams = Input({ id: Id, key_id: Id });

const Scopes = Type.Array(Type.Enum(SCOPES), {
  minItems: 1,
  maxItems: SCOPES.length,
  uniqueItems: true,
  description:
    'Permissions of the key. `purchases:write` reports purchases and includes `purchases:read`. `purchases:settle` confirms, reverses and amends them.',
  examples: [['purchases:write', 'purchases:settle']],
});

export const NewKeyBody = Input({
  name: Type.Optional(Name),
  scopes: Scopes,
  expires_at: Type.Optional(
    Type.String({
      ...TimestampInput,
      examples: ['2027-01-01T00:00:00Z'],
      description: 'The time from which the key is invalid. Defaults to never.',
    }),
  ),
});

const MAX_OVERLAP_SECONDS = 7 * 24 * 3600;

export const RotationBody = Input({
  overlap_seconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: MAX_OVERLAP_SECONDS,
      description: 'Seconds for which the previous secret stays valid. Defaults to 0.',
      examples: [86_400],
    }),
  ),
});

const SigningSecret = Type.String({
  description: 'The signing secret, shown only once. Decode its Base64 part to get the key for HMAC-SHA256.',
  examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
});

const partnerProperties = {
  id: Id,
  name: Name,
  active: Type.Boolean(),
  signature_required: Type.Boolean(),
  can_sign: Type.Boolean({ description: 'Whether the partner has a signing secret.' }),
  external_id_scope: ExternalIdScope,
  merchant_ids: MerchantIds,
  created_at: Timestamp,
};

export const PartnerBody = Type.Object(partnerProperties);

export const CreatedPartnerBody = Type.Object({
  ...partnerProperties,
  signing_secret: Type.Union([SigningSecret, Type.Null()], {
    description: 'The signing secret, shown only once. Null if signatures are not required.',
  }),
});

export const PartnerUseBody = Type.Object({
  ...partnerProperties,
  keys: Type.Integer({
    description: 'The number of keys that are neither revoked nor expired.',
    examples: [2],
  }),
  last_used_at: Type.Union([Timestamp, Type.Null()], {
    description: 'The last use of any of its keys, exact to the minute. Null if none was used.',
  }),
  refused_share: Type.Union([Type.Number({ minimum: 0, maximum: 1, examples: [0.0132] }), Type.Null()], {
    description:
      'The part of its reports in the last 24 hours that a rule refused, from 0 to 1. Null without a report.',
  }),
});

export const PartnerPage = Page(PartnerUseBody);

export const PartnerStatus = Type.Object({ id: Id, status: ActiveStatus });

export const SigningSecretBody = Type.Object({ signing_secret: SigningSecret });

const OptionalTimestamp = Type.Union([Timestamp, Type.Null()]);

const keyProperties = {
  id: Id,
  name: Type.Union([Name, Type.Null()]),
  prefix: Type.String({
    description: 'The first characters of the key, which identify it.',
    examples: ['cnb_1f2e3d4c'],
  }),
  scopes: Scopes,
  created_at: Timestamp,
  expires_at: OptionalTimestamp,
};

export const IssuedKeyBody = Type.Object({
  ...keyProperties,
  key: Type.String({ description: 'The key, shown only once. Send it as `Authorization: Bearer <key>`.' }),
});

export const KeyBody = Type.Object({
  ...keyProperties,
  revoked_at: OptionalTimestamp,
  last_used_at: Type.Union([Timestamp, Type.Null()], {
    description:
      'The time of the last request with the key, rounded down to the minute. Null if it was never used.',
  }),
});

export const KeyPage = Page(KeyBody);

export function presentPartnerUse({ partner, keys, lastUsedAt, refusedShare }: PartnerUse) {
  return {
    ...presentPartner(partner),
    keys,
    last_used_at: formatOptional(lastUsedAt),
    refused_share: refusedShare,
  };
}

export function presentPartner(partner: Partner) {
  return {
    id: partner.id,
    name: partner.name,
    active: partner.active,
    signature_required: partner.signatureRequired,
    can_sign: partner.signing.current !== null,
    external_id_scope: partner.externalIdScope,
    merchant_ids: partner.merchantIds && [...partner.merchantIds],
    created_at: formatInstant(partner.createdAt),
  };
}

export function presentKey(key: PartnerKey) {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    created_at: formatInstant(key.createdAt),
    expires_at: formatOptional(key.expiresAt),
    revoked_at: formatOptional(key.revokedAt),
    last_used_at: formatOptional(key.lastUsedAt),
  };
}

export function presentIssuedKey({ key, text }: { key: PartnerKey; text: string }) {
  const { id, name, prefix, scopes, created_at, expires_at } = presentKey(key);
  return { id, name, prefix, scopes, created_at, expires_at, key: text };
}

function formatOptional(instant: Temporal.Instant | null): string | null {
  return instant && formatInstant(instant);
}
