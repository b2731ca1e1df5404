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
import type { ErrorCode } from '../errors.ts';
import type { Access } from './authentication.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The callers that the route allows. Registration fails without it. */
    access?: Access;
    /** The scope that a partner's key needs; required for routes that are open to partners, and only for them. */
    scope?: string;
    /** The errors that are the route's own; the common ones are added for it. */
    errors?: readonly ErrorCode[];
    /** Consulted before the body is parsed: they know the caller, and how many items there are. */
    limits?: readonly Limit[];
    /** True while the route refuses every request: then they are refused before any other work. */
    isFull?: () => boolean;
    /** The items of a list body, for the description; the route validates each item separately. */
    items?: TSchema;
  }
  interface FastifyRequest {
    authenticatedCaller: Caller | undefined;
    /** Items of a list body, up to the limit of the route; 1 for any other body. */
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
