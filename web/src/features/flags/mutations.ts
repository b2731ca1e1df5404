import { useQueryClient } from '@tanstack/react-query';
import type { FeatureFlag, SetFeatureFlagInput } from '#app/client.ts';
import { api } from '#app/page-kit.ts';

export function setFlag(key: string, body: SetFeatureFlagInput) {
  return api.put('/feature-flags/{key}', { params: { path: { key } }, body });
}

/** Switches a flag and keeps the rest of its setting. */
export function switchFlag({ key, enabled, scope_type, scope_id, description }: FeatureFlag) {
  return setFlag(key, {
    enabled: !enabled,
    scope_type,
    ...(scope_id !== null && { scope_id }),
    ...(description !== null && { description }),
  });
}

export function removeFlag({ key, scope_type, scope_id }: FeatureFlag) {
  return api.delete('/feature-flags/{key}', {
    params: { path: { key }, query: { scope_type, ...(scope_id !== null && { scope_id }) } },
  });
}

/** Reads again what shows flags. */
export function useRefreshFlags(): () => Promise<unknown> {
  const client = useQueryClient();
  return () => Promise.all(['flags', 'audit'].map((key) => client.invalidateQueries({ queryKey: [key] })));
}
