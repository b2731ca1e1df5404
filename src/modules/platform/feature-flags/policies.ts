import { ruleViolation } from '../../../core/errors.ts';
import { flagScopeIdRequired } from './errors.ts';
import type { FlagDecision, FlagScope, FlagSetting, FlagSubject } from './model.ts';

/** @throws VALIDATION_ERROR if a global scope has an id, FEATURE_FLAG_SCOPE_ID_REQUIRED if another one has none. */
export function requireScope(type: FlagScope['type'], id: string | undefined): FlagScope {
  if (type === 'global') {
    if (id !== undefined)
      throw ruleViolation({
        violations: [{ field: 'scope_id', reason: 'must be omitted in the global scope' }],
      });
    return { type, id: null };
  }
  if (id === undefined) throw flagScopeIdRequired({ scope_type: type });
  return { type, id };
}

/**
 * The subject of a scope and of the ids beside it.
 * @throws VALIDATION_ERROR if both name the user or the merchant.
 */
export function subjectOf({ type, id }: FlagScope, ids: FlagSubject): FlagSubject {
  if (type === 'global') return ids;
  const name = `${type}Id` as const;
  if (ids[name] !== undefined)
    throw ruleViolation({
      violations: [{ field: `${type}_id`, reason: `must be omitted in the scope ${type}` }],
    });
  return { ...ids, [name]: id };
}

/**
 * Turns the settings of one flag into a function that decides for a subject. The narrowest scope wins: user, merchant,
 * global. A flag without a setting is on.
 */
export function flagRule(
  settings: readonly Pick<FlagSetting, 'scope' | 'enabled'>[],
): (subject: FlagSubject) => FlagDecision {
  const enabledByScope = new Map(settings.map(({ scope, enabled }) => [scopeKey(scope), enabled]));
  return (subject) => {
    for (const scope of narrowestFirst(subject)) {
      const enabled = enabledByScope.get(scopeKey(scope));
      if (enabled !== undefined) return { enabled, decidedBy: scope.type };
    }
    return { enabled: true, decidedBy: 'default' };
  };
}

function narrowestFirst({ userId, merchantId }: FlagSubject): FlagScope[] {
  return [
    ...(userId === undefined ? [] : [{ type: 'user', id: userId } as const]),
    ...(merchantId === undefined ? [] : [{ type: 'merchant', id: merchantId } as const]),
    { type: 'global', id: null },
  ];
}

function scopeKey({ type, id }: FlagScope): string {
  return `${type} ${id}`;
}
