import { api, day, defineFilters, type FiltersOf, listQuery, oneOf, text } from '#app/page-kit.ts';

/** The codes with which reports are refused. */
export const REFUSAL_CODES = [
  'USER_NOT_ELIGIBLE',
  'MERCHANT_NOT_ELIGIBLE',
  'OFFER_NOT_AVAILABLE',
  'EVENT_TOO_OLD',
  'UNSUPPORTED_CURRENCY',
  'VALIDATION_ERROR',
  'FORBIDDEN',
  'NOT_FOUND',
] as const;

export const refusalFilters = defineFilters({
  external_id: text,
  partner_id: text,
  code: oneOf(...REFUSAL_CODES),
  /** An instant: the link of the overview. */
  since: text,
  from: day,
  to: day,
});

export type RefusalFilters = FiltersOf<typeof refusalFilters>;

export const refusalsQuery = ({ external_id, partner_id, code, since, from, to, cursor }: RefusalFilters) => {
  const query = {
    cursor,
    ...(external_id !== undefined && { external_id: [external_id] }),
    ...(partner_id !== undefined && { partner_id: [partner_id] }),
    ...(code !== undefined && { code: [code] }),
    ...(since !== undefined && { from: since }),
    ...(from !== undefined && { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(to !== undefined && { to: new Date(`${to}T23:59:59`).toISOString() }),
  };
  return listQuery(['refusals', query], ({ signal }) => api.get('/refusals', { params: { query }, signal }));
};

/** Names of partners, for the ids in the list. */
export const partnerNamesQuery = () => {
  const query = { limit: 100 };
  return listQuery(['partners', query], ({ signal }) => api.get('/partners', { params: { query }, signal }));
};
