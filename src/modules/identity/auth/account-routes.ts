import { userInactive } from '../../../core/caller.ts';
import { notFound, rateLimited, ruleViolation } from '../../../core/errors.ts';
import { accountOf } from '../../../core/http/authentication.ts';
import { addressOf } from '../../../core/http/rate-limit.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { emailAlreadyRegistered } from '../users/index.ts';
import {
  EmailChangeBody,
  EmailProofBody,
  ProvenEmail,
  presentSessions,
  SessionList,
  SessionsQuery,
} from './account-schemas.ts';
import type { EmailProofService } from './email-proofs.ts';
import { invalidCredentials, invalidVerificationToken, mailNotConfigured } from './errors.ts';
import type { OpenSessionService } from './open-sessions.ts';
import { ACCEPTED, AcceptedBody } from './schemas.ts';

/** What users do about their own address and sessions. */
export function accountRoutes(deps: {
  readonly proofs: EmailProofService;
  readonly sessions: OpenSessionService;
}): Routes {
  const { proofs, sessions } = deps;

  return (server) => {
    server.post(
      '/users/me/email-verification',
      {
        schema: {
          tags: ['users'],
          summary: 'Request a mail to prove your address',
          description:
            'Mails a link that works for a day and replaces an earlier one. Does nothing if the address is proven. Returns 503 if the platform sends no mail.',
          response: { 202: AcceptedBody },
        },
        config: { access: ['user', 'admin'], errors: [mailNotConfigured, rateLimited] },
      },
      async (request, reply) => {
        await proofs.requestProof(accountOf(request), addressOf(request));
        return reply.code(202).send(ACCEPTED);
      },
    );

    server.post(
      '/users/me/email',
      {
        schema: {
          tags: ['users'],
          summary: 'Change your email address',
          description:
            'Mails a link to the new address. The address counts when the link was opened, by `POST /auth/email-verification`: your other sessions end then, a pending password reset becomes invalid, and the previous address is informed. Returns 503 if the platform sends no mail.',
          body: EmailChangeBody,
          response: { 202: AcceptedBody },
        },
        config: {
          access: ['user', 'admin'],
          stepUp: 'second_factor',
          errors: [
            ruleViolation,
            invalidCredentials,
            emailAlreadyRegistered,
            mailNotConfigured,
            rateLimited,
            notFound,
          ],
        },
      },
      async (request, reply) => {
        const { new_email: newEmail, password } = request.body;
        await proofs.requestChange(accountOf(request), { newEmail, password }, addressOf(request));
        return reply.code(202).send(ACCEPTED);
      },
    );

    server.post(
      '/auth/email-verification',
      {
        schema: {
          tags: ['auth'],
          summary: 'Prove an address with a mailed token',
          description:
            'Takes the token from the link in the mail. Returns 409 if another account has taken a new address meanwhile.',
          body: EmailProofBody,
          response: { 200: ProvenEmail },
        },
        config: {
          access: 'public',
          errors: [invalidVerificationToken, userInactive, emailAlreadyRegistered],
        },
      },
      async (request) => ({ email: await proofs.prove(request.body.token, request.id) }),
    );

    server.get(
      '/users/me/sessions',
      {
        schema: { tags: ['users'], summary: 'List your sessions', response: { 200: SessionList } },
        config: { access: ['user', 'admin'] },
      },
      async (request) => {
        const { id, sessionId } = accountOf(request);
        return presentSessions(await sessions.listSessions(id), sessionId);
      },
    );

    server.delete(
      '/users/me/sessions',
      {
        schema: {
          tags: ['users'],
          summary: 'End your sessions',
          description: 'Ends all sessions, or with `others=true` all except the session of this request.',
          querystring: SessionsQuery,
        },
        config: { access: ['user', 'admin'] },
      },
      async (request, reply) => {
        await sessions.endSessions(accountOf(request), { keepsCurrent: request.query.others === true });
        return reply.code(204).send();
      },
    );

    server.delete(
      '/users/me/sessions/:id',
      {
        schema: { tags: ['users'], summary: 'End one of your sessions', params: IdParams },
        config: { access: ['user', 'admin'], errors: [notFound] },
      },
      async (request, reply) => {
        await sessions.endSession(request.params.id, accountOf(request));
        return reply.code(204).send();
      },
    );

    server.get(
      '/users/:id/sessions',
      {
        schema: {
          tags: ['users'],
          summary: 'List the sessions of a user',
          params: IdParams,
          response: { 200: SessionList },
        },
        config: { access: ['admin'], showsPersonalData: true, errors: [notFound] },
      },
      async (request) =>
        presentSessions(await sessions.listSessions(request.params.id), accountOf(request).sessionId),
    );
  };
}
