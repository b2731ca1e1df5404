import { accountOfPartner } from '../../../core/http/authentication.ts';
import { ANY_SCOPE, type Routes } from '../../../core/http/route.ts';
import { PartnerAccountBody, presentPartnerAccount } from './schemas.ts';
import type { PartnerAccountService } from './service.ts';

export function partnerAccountRoutes(service: PartnerAccountService): Routes {
  return (server) => {
    server.get(
      '/partners/me',
      {
        schema: {
          tags: ['partners'],
          summary: 'Show your partner account',
          description:
            'Returns the partner of the key, the key itself, the limits and the usage. Any key may call it.',
          response: { 200: PartnerAccountBody },
        },
        config: { access: ['partner'], scope: ANY_SCOPE },
      },
      async (request) => presentPartnerAccount(await service.getAccount(accountOfPartner(request))),
    );
  };
}
