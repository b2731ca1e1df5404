import { rateLimited } from '../../../core/errors.ts';
import { accountOf } from '../../../core/http/authentication.ts';
import { addressOf } from '../../../core/http/rate-limit.ts';
import type { Routes } from '../../../core/http/route.ts';
import { invalidCredentials } from '../../identity/auth/index.ts';
import { lastActiveAdmin } from '../../identity/users/index.ts';
import { accountHasMoney, payoutUnderWay } from './errors.ts';
import { ErasureBody, ExportBody, presentExport } from './schemas.ts';
import type { PersonalDataService } from './service.ts';

export function personalDataRoutes(service: Pick<PersonalDataService, 'exportOf' | 'erase'>): Routes {
  return (server) => {
    server.get(
      '/users/me/export',
      {
        schema: {
          tags: ['users'],
          summary: 'Export your personal data',
          description:
            'Returns everything that is held about you (GDPR, articles 15 and 20), with your bank details and without secrets of your login.',
          response: { 200: ExportBody },
        },
        config: { access: ['user', 'admin'], stepUp: true },
      },
      async (request) => presentExport(await service.exportOf(accountOf(request).id)),
    );

    server.delete(
      '/users/me',
      {
        schema: {
          tags: ['users'],
          summary: 'Erase your account',
          description:
            'Ends your sessions and removes what names you: address, name, reference, bank details. Purchases and the journal keep your id. Returns 409 while a payout is under way, and with cashback unless you send `forfeit: true`. This cannot be undone.',
          body: ErasureBody,
        },
        config: {
          access: ['user', 'admin'],
          stepUp: 'second_factor',
          errors: [invalidCredentials, rateLimited, payoutUnderWay, accountHasMoney, lastActiveAdmin],
        },
      },
      async (request, reply) => {
        const { password, forfeit = false } = request.body;
        const order = { password, forfeits: forfeit };
        await service.erase(accountOf(request), order, addressOf(request));
        return reply.code(204).send();
      },
    );
  };
}
