import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { notFound } from '../../../core/errors.ts';
import type { Routes } from '../../../core/http/route.ts';
import { Id } from '../../../core/http/schemas.ts';
import { htmlForFrame, listPage, mailPage } from './dev-pages.ts';
import type { MailFolder } from './folder.ts';

/** Mails bring their own style, and are shown in a frame. Nothing runs, and nothing is loaded from elsewhere. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/** The framed mail is somebody else's text: it may open links in a new tab, and nothing more. */
const FRAME_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'";

/** Runs after the hook that sets the headers of every response. */
function policy(value: string) {
  return async (_request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.header('content-security-policy', value);
  };
}

/** Pages that show the mails of a development platform, which are written to files. Never registered in production. */
export function devMailRoutes({ list, find }: Pick<MailFolder, 'list' | 'find'>): Routes {
  const config = { access: 'public' } as const;
  const params = Type.Object({ id: Id });

  async function getMail(id: string) {
    const mail = await find(id);
    if (mail === undefined) throw notFound('mail', id);
    return mail;
  }

  return (server) => {
    server.get(
      '/dev/mail',
      { schema: { hide: true }, config, onSend: policy(POLICY) },
      async (_request, reply) => reply.type('text/html; charset=utf-8').send(listPage(await list())),
    );
    server.get(
      '/dev/mail/:id',
      { schema: { hide: true, params }, config, onSend: policy(POLICY) },
      async ({ params: { id } }, reply) =>
        reply.type('text/html; charset=utf-8').send(mailPage(await getMail(id))),
    );
    server.get(
      '/dev/mail/:id/html',
      { schema: { hide: true, params }, config, onSend: policy(FRAME_POLICY) },
      async ({ params: { id } }, reply) =>
        reply.type('text/html; charset=utf-8').send(htmlForFrame(await getMail(id))),
    );
  };
}
