import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawServerDefault,
} from 'fastify';
import type { TSchema } from 'typebox';
import type { Caller } from '../caller.ts';
import type { ErrorDefinition } from '../errors.ts';
import type { Access } from './authentication.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route; a route without it is refused when it is registered. */
    access?: Access;
    /** What a partner's key must allow; stated by each route that is open to partners, and by no other. */
    scope?: string;
    /** The errors that are the route's own; the common ones are added for it. */
    errors?: readonly ErrorDefinition<never>[];
    /** Consulted before the body is parsed: they know the caller, and how many items there are. */
    limits?: readonly Limit[];
    /** True while the route would refuse whatever comes: then it is refused before anything is spent on it. */
    isFull?: () => boolean;
    /** The items of a list body, for the description; the route validates each item separately. */
    items?: TSchema;
  }
  interface FastifyRequest {
    authenticatedCaller: Caller | undefined;
    /** Items of a list body, at most as many as the route takes; 1 where the body is no list. */
    itemCount: number;
    /** The error code that the request was answered with, for its log line. */
    refusal: string | undefined;
  }
}

export type Limit = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What a module hands to the composition root: a function that adds its routes to a server. */
export type Routes = (server: HttpServer) => void;
