import type { FastifyRequest, onErrorAsyncHookHandler, preSerializationAsyncHookHandler } from 'fastify';
import type { AccessLog } from '../access-log.ts';
import { DomainError } from '../errors.ts';
import type { HttpServer } from './route.ts';

const PAGING = ['limit', 'after', 'before', 'offset', 'cursor', 'page'];

/**
 * Records reads before the response is sent: without its record, a read fails. Only routes with `showsPersonalData` pay
 * for it, and only failed requests pay for the record of refusals.
 */
export function addAccessLog(server: HttpServer, log: AccessLog): void {
  const recordRead: preSerializationAsyncHookHandler<unknown> = async (request, reply, payload) => {
    const caller = request.authenticatedCaller;
    const { id: userId } = request.params as { id?: string };
    if (caller?.type === 'admin' && reply.statusCode < 300 && userId !== caller.id)
      await log.recordRead(caller, { operation: operationOf(request), userId, filters: filtersOf(request) });
    return payload;
  };

  const recordRefusal: onErrorAsyncHookHandler = async (request, _reply, error) => {
    const caller = request.authenticatedCaller;
    if (caller?.type !== 'admin' || !(error instanceof DomainError) || error.kind !== 'forbidden') return;
    const { permission } = request.routeOptions.config;
    try {
      await log.recordRefusal(caller, { operation: operationOf(request), code: error.code, permission });
    } catch (failure) {
      request.log.warn({ err: failure }, 'the refusal of a request could not be recorded');
    }
  };

  server.addHook('onRoute', (route) => {
    if (route.config?.showsPersonalData === true) route.preSerialization = recordRead;
  });
  server.addHook('onError', recordRefusal);
}

/** `GET /api/v1/users/:id` */
function operationOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url}`;
}

function filtersOf({ query }: FastifyRequest): readonly string[] {
  return Object.keys(query as object).filter((name) => !PAGING.includes(name));
}
