import type { FastifyRequest } from 'fastify';
import { notFound, rateLimited } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { LIST_TYPES } from '../../../core/http/body.ts';
import { itemReader, workOnItems } from '../../../core/http/items.ts';
import { presentCursorPage, readPage } from '../../../core/http/pagination.ts';
import { addressOf, type LimitRate } from '../../../core/http/rate-limit.ts';
import type { Routes } from '../../../core/http/route.ts';
import { activeOf, IdParams } from '../../../core/http/schemas.ts';
import { isId } from '../../../core/id.ts';
import {
  emailAlreadyRegistered,
  emailNotVerified,
  externalReferenceTaken,
  lastActiveAdmin,
  passwordNotComplexEnough,
} from './errors.ts';
import { normalizeEmail } from './policies.ts';
import {
  ImportedUser,
  OwnUserBody,
  ProfileInput,
  presentImport,
  presentOwnUser,
  presentUser,
  RegistrationBody,
  StaffRolesInput,
  UserBody,
  UserChangesBody,
  UserImportBody,
  UserImportResult,
  UserPage,
  UserQuery,
} from './schemas.ts';
import type { UserService } from './service.ts';

const IMPORT_LIMIT_BYTES = 1024 * 1024;

export function userRoutes(
  service: UserService,
  { limitRate, registrationsPerMinute: perMinute }: { limitRate: LimitRate; registrationsPerMinute: number },
): Routes {
  return (server) => {
    server.post(
      '/users',
      {
        schema: {
          tags: ['users'],
          summary: 'Register an account',
          description: 'Returns 429 if the IP address or the email exceeds the limit per minute.',
          body: RegistrationBody,
          response: { 201: UserBody },
        },
        config: {
          access: 'public',
          errors: [passwordNotComplexEnough, emailAlreadyRegistered, rateLimited],
        },
        preHandler: [
          limitRate({ name: 'registration by address', perMinute, keyOf: addressOf }),
          limitRate({ name: 'registration by account', perMinute, keyOf: namedAccount }),
        ],
      },
      async (request, reply) =>
        reply
          .code(201)
          .send(presentUser(await service.register(request.body, request.id, addressOf(request)))),
    );

    server.get(
      '/users/me',
      {
        schema: { tags: ['users'], summary: 'Show your account', response: { 200: OwnUserBody } },
        config: { access: ['user', 'admin'], beforeEnrolment: true },
      },
      async (request) => presentOwnUser(await service.getUser(callerOf(request).id)),
    );

    server.patch(
      '/users/me',
      {
        schema: {
          tags: ['users'],
          summary: 'Change your language and name',
          body: ProfileInput,
          response: { 200: OwnUserBody },
        },
        config: { access: ['user', 'admin'] },
      },
      async (request) => {
        const { locale, display_name: displayName } = request.body;
        return presentOwnUser(await service.changeProfile(callerOf(request).id, { locale, displayName }));
      },
    );

    server.get(
      '/users',
      {
        schema: {
          tags: ['users'],
          summary: 'List users, newest first',
          querystring: UserQuery,
          response: { 200: UserPage },
        },
        config: { access: ['admin'], showsPersonalData: true },
      },
      async ({ query }) => {
        const filter = {
          email: query.email?.toLowerCase(),
          externalReference: query.external_reference,
          roles: query.role,
          active: activeOf(query.status),
          from: query.from,
          to: query.to,
        };
        return presentCursorPage(query, await service.listUsers(filter, readPage(query, isId)), presentUser);
      },
    );

    const readUser = itemReader(ImportedUser);
    server.post(
      '/users/import',
      {
        bodyLimit: IMPORT_LIMIT_BYTES,
        schema: {
          tags: ['users'],
          summary: 'Import users without a password',
          description:
            'An imported user cannot log in before setting a password. Each item has its own result, in the order of the request. A known customer gets 409 with its id. An account that its owner registered without proving the address gets 409 `EMAIL_NOT_VERIFIED` without an id: send its owner a password reset token, or take the address over.',
          consumes: LIST_TYPES,
          body: UserImportBody,
          response: { 200: UserImportResult },
        },
        config: {
          access: ['admin'],
          permission: 'users:import',
          items: ImportedUser,
          errors: [emailNotVerified, externalReferenceTaken],
        },
      },
      async (request) => {
        const items = request.body.map(readUser);
        const outcomes = await workOnItems(items, (customers) =>
          service.importUsers(
            customers.map(({ email, take_over: takeOver, external_reference: externalReference }) => ({
              email,
              takeOver,
              externalReference,
            })),
            callerOf(request),
          ),
        );
        return presentImport(request.body, outcomes, request.id);
      },
    );

    server.patch(
      '/users/:id',
      {
        schema: {
          tags: ['users'],
          summary: 'Update a user',
          description:
            "Sets or removes the operator's own reference of the user. Purchases reported with the previous reference stay with the user. Returns 409 if another user has the reference, and 403 for your own account.",
          params: IdParams,
          body: UserChangesBody,
          response: { 200: UserBody },
        },
        config: {
          access: ['admin'],
          permission: 'users:import',
          errors: [notFound, externalReferenceTaken],
        },
      },
      async (request) => {
        const { external_reference: reference } = request.body;
        return presentUser(
          await service.setExternalReference(request.params.id, reference, callerOf(request)),
        );
      },
    );

    server.put(
      '/users/:id/staff-roles',
      {
        schema: {
          tags: ['users'],
          summary: 'Set the staff roles of a user',
          description:
            'Takes effect on the next request of the user. An empty list makes the user a shopper again. Returns 403 for your own account, and 409 for the last active administrator.',
          params: IdParams,
          body: StaffRolesInput,
          response: { 200: UserBody },
        },
        config: {
          access: ['admin'],
          permission: 'staff:manage',
          stepUp: true,
          errors: [notFound, lastActiveAdmin],
        },
      },
      async (request) => {
        const { staff_roles: roles } = request.body;
        return presentUser(await service.setStaffRoles(request.params.id, roles, callerOf(request)));
      },
    );
  };
}

function namedAccount({ body }: FastifyRequest): string {
  return normalizeEmail((body as { email: string }).email);
}
