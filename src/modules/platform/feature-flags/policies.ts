import { ruleViolation } from '../../../core/errors.ts';
import type { FlagDecision, FlagScope, FlagSetting, FlagSubject } from './model.ts';

/** @throws VALIDATION_ERROR if a global scope has an id, or the scope of a merchant or user has none. */
export function requireScope(type: FlagScope['type'], id: string | undefined): FlagScope {
  if (type === 'global') {
    if (id !== undefined) throw wrongScopeId('must be omitted in the global scope');
    return { type, id: null };
  }
  if (id === undefined) throw wrongScopeId(`must name the ${type}`);
  return { type, id };
}

function wrongScopeId(reason: string) {
  return ruleViolation({ violations: [{ field: 'scope_id', reason }] });
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
