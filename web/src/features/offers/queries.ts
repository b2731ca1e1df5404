import { api, defineFilters, type FiltersOf, listQuery, oneOf, text } from '#app/page-kit.ts';

export const offerFilters = defineFilters({ merchant_id: text, status: oneOf('active', 'inactive') });

export const offersQuery = ({ merchant_id, status, offset }: FiltersOf<typeof offerFilters>) =>
  listQuery(['offers', { merchant_id, status, offset }], ({ signal }) =>
    api.get('/offers', {
      params: {
        query: {
          offset,
          ...(status !== undefined && { status: [status] }),
          ...(merchant_id !== undefined && { merchant_id: [merchant_id] }),
        },
      },
      signal,
    }),
  );

/** All offers of one merchant, for their time line. */
export const offersOfMerchantQuery = (merchantId: string) =>
  listQuery(['offers', 'of', merchantId], ({ signal }) =>
    api.get('/offers', { params: { query: { merchant_id: [merchantId], limit: 100 } }, signal }),
  );

/** The merchants that a person chooses from. */
export const merchantChoicesQuery = () =>
  listQuery(['merchants', 'choices'], ({ signal }) =>
    api.get('/merchants', { params: { query: { active: true, limit: 100 } }, signal }),
  );
