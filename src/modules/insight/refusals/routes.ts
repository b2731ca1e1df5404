import { presentCursorPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import { isId } from '../../../core/id.ts';
import { normalizeIdentifier } from '../../../core/identifier.ts';
import { presentRefusedReport, RefusalPage, RefusalQuery } from './schemas.ts';
import type { RefusalService } from './service.ts';

export function refusalRoutes(service: Pick<RefusalService, 'listRefusals'>): Routes {
  return (server) => {
    server.get(
      '/refusals',
      {
        schema: {
          tags: ['purchases'],
          summary: 'List refused reports, newest first',
          description:
            'Reports of partners that a rule refused, within about a second. Their orders were not recorded. Repeats of ' +
            'recorded orders are not among them. Kept for 30 days; of one partner up to 1,000 a minute for each process.',
          querystring: RefusalQuery,
          response: { 200: RefusalPage },
        },
        config: { access: ['admin'], showsPersonalData: true },
      },
      async ({ query }) => {
        const filter = {
          externalIds: query.external_id?.map(normalizeIdentifier),
          partnerIds: query.partner_id,
          codes: query.code,
          from: query.from,
          to: query.to,
        };
        return presentCursorPage(
          query,
          await service.listRefusals(filter, readPage(query, isId)),
          presentRefusedReport,
        );
      },
    );
  };
}
