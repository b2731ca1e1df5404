import { api, day, defineFilters, type FiltersOf, listQuery, manyOf, oneOf, text } from '#app/page-kit.ts';
import { instantsOf } from '#lib/day-range.ts';

export const auditFilters = defineFilters({
  action: text,
  actor_type: oneOf('admin', 'user', 'partner', 'system'),
  actor_id: text,
  resource_type: text,
  resource_id: text,
  outcome: manyOf('success', 'failure'),
  request_id: text,
  from: day,
  to: day,
});

export type AuditFilters = FiltersOf<typeof auditFilters>;

export const auditQuery = (filters: AuditFilters) =>
  listQuery(['audit', filters], ({ signal }) => {
    const { action, actor_type, actor_id, resource_type, resource_id, request_id, from, to, ...rest } =
      filters;
    const query = {
      ...rest,
      ...several({ action, actor_type, actor_id, resource_type, resource_id, request_id }),
      ...instantsOf({ from, to }),
    };
    return api.get('/audit-logs', { params: { query: query as object }, signal });
  });

/** The latest records of one thing. */
export const auditHistoryQuery = (resourceType: string, resourceId: string) =>
  listQuery(['audit', 'history', resourceType, resourceId], ({ signal }) =>
    api.get('/audit-logs', {
      params: { query: { resource_type: [resourceType], resource_id: [resourceId], limit: 10 } },
      signal,
    }),
  );

function several(filters: Readonly<Record<string, string | undefined>>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value]]])),
  );
}
