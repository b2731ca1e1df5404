import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { Page, PageQuery, Several } from '../../../core/http/pagination.ts';
import { Id, Input, Timestamp } from '../../../core/http/schemas.ts';
import type { ExplainedFlag, FlagScope, FlagSetting } from './model.ts';
import { requireScope } from './policies.ts';

const Key = Type.String({
  pattern: '^[a-z][a-z0-9_]{0,63}$',
  mustBe: 'a key such as purchase_auto_confirm: a lower-case letter, then up to 63 of a-z, 0-9 and _',
  examples: ['purchase_auto_confirm'],
});

const ScopeType = Type.Enum(['global', 'merchant', 'user'], { examples: ['merchant'] });

const scope = {
  scope_type: Type.Optional(Type.Enum(ScopeType.enum, { description: 'Defaults to `global`.' })),
  scope_id: Type.Optional(
    Type.String({
      ...Id,
      description:
        'The id of the merchant or user. Required for the scopes `merchant` and `user`, forbidden for `global`.',
    }),
  ),
};

const Description = Type.String({
  minLength: 1,
  maxLength: 500,
  examples: ['Their returns come late; confirmed by hand.'],
});

export const FlagParams = Input({ key: Key });

export const FlagScopeQuery = Input(scope);

export const FlagSettingInput = Input({
  enabled: Type.Boolean(),
  ...scope,
  description: Type.Optional(Description),
});

export const FlagQuery = PageQuery({
  key: Several(Key),
  scope_type: Several(ScopeType),
  scope_id: Several(Id),
});

export const FlagSubjectQuery = Input({
  ...scope,
  user_id: Type.Optional(Id),
  merchant_id: Type.Optional(Id),
});

export const FlagBody = Type.Object({
  id: Id,
  key: Key,
  scope_type: ScopeType,
  scope_id: Type.Union([Id, Type.Null()]),
  enabled: Type.Boolean(),
  description: Type.Union([Description, Type.Null()]),
  created_at: Timestamp,
  updated_at: Timestamp,
});

export const FlagPage = Page(FlagBody);

export const FlagDecisionBody = Type.Object({
  key: Key,
  enabled: Type.Boolean(),
  decided_by: Type.Enum(['user', 'merchant', 'global', 'default'], {
    description: 'The scope of the setting that decided. `default` if there is none.',
  }),
  known: Type.Boolean({ description: 'Whether the platform reads this flag. False for a key with a typo.' }),
});

/** @throws VALIDATION_ERROR if a global scope has an id, FEATURE_FLAG_SCOPE_ID_REQUIRED if another one has none. */
export function readScope(query: { scope_type?: FlagScope['type']; scope_id?: string }): FlagScope {
  return requireScope(query.scope_type ?? 'global', query.scope_id);
}

export function presentFlag(setting: FlagSetting) {
  return {
    id: setting.id,
    key: setting.key,
    scope_type: setting.scope.type,
    scope_id: setting.scope.id,
    enabled: setting.enabled,
    description: setting.description,
    created_at: formatInstant(setting.createdAt),
    updated_at: formatInstant(setting.updatedAt),
  };
}

export function presentDecision(key: string, { enabled, decidedBy, known }: ExplainedFlag) {
  return { key, enabled, decided_by: decidedBy, known };
}
