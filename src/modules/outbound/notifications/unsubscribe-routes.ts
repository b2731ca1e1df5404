import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { STATUS_OF_KIND } from '../../../core/http/errors.ts';
import { policyOfPages, writeHtmlPage } from '../../../core/http/html-page.ts';
import type { Routes } from '../../../core/http/route.ts';
import type { NotificationService } from './service.ts';
import { askPage, donePage, unknownPage } from './unsubscribe-pages.ts';
import type { Unsubscription } from './unsubscribing.ts';

const POLICY = policyOfPages();

/** Bodies that mail programs (RFC 8058) and the form of the page send. They say nothing that the address does not. */
const FORMS = ['application/x-www-form-urlencoded', 'multipart/form-data'];

/**
 * The page behind the link in a mail. GET only asks, because scanners of mail open links. POST ends the mails, from the
 * page's button or from a mail program with one click.
 */
export function unsubscribeRoutes(deps: {
  readonly service: Pick<NotificationService, 'unsubscribe'>;
  readonly readToken: (token: string) => Unsubscription | undefined;
}): Routes {
  const { service, readToken } = deps;
  const options = {
    schema: {
      hide: true,
      querystring: Type.Object({ token: Type.Optional(Type.String({ maxLength: 1_000 })) }),
    },
    config: { access: 'public' as const },
    // Runs after the hook that sets the headers of every response.
    onSend: async (_request: FastifyRequest, reply: FastifyReply) => {
      reply.header('content-security-policy', POLICY);
    },
  };

  return (server) => {
    server.register(async (pages) => {
      pages.addContentTypeParser(FORMS, { parseAs: 'buffer' }, async () => undefined);

      pages.get('/unsubscribe', options, async (request, reply) => {
        const { token = '' } = request.query as { token?: string };
        const unsubscription = readToken(token);
        reply.type('text/html; charset=utf-8');
        if (unsubscription === undefined)
          return reply.code(STATUS_OF_KIND.not_found).send(writeHtmlPage(unknownPage()));
        return reply.send(writeHtmlPage(askPage(unsubscription)));
      });

      pages.post('/unsubscribe', options, async (request, reply) => {
        const { token = '' } = request.query as { token?: string };
        const unsubscription = readToken(token);
        reply.type('text/html; charset=utf-8');
        if (unsubscription === undefined)
          return reply.code(STATUS_OF_KIND.not_found).send(writeHtmlPage(unknownPage()));
        await service.unsubscribe(unsubscription.userId, unsubscription.kind);
        return reply.send(writeHtmlPage(donePage(unsubscription)));
      });
    });
  };
}
