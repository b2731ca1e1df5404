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

/** The callers that a route allows: everyone, or callers of the listed types. Every route must state it. */
export type Access = 'public' | readonly Caller['type'][];

/** The `scope` of a route that every key of a partner may call. */
export const ANY_SCOPE = 'any';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The callers that the route allows. Required: registration fails without it. */
    access?: Access;
    /**
     * The scope that the key of a partner needs, or `ANY_SCOPE`. Required if the route allows partners, forbidden otherwise.
     */
    scope?: string;
    /**
     * The permission that an administrator needs. Required if the route changes something that users cannot change. Routes
     * that users may call too have one only for what administrators do there beyond users.
     */
    permission?: string;
    /**
     * True if the caller must have proved the second factor within the last minutes, or in a session of an app without one
     * the password. `second_factor` if the body has the password.
     */
    stepUp?: true | 'second_factor';
    /** True if administrators may call the route who must have a second factor and have none. */
    beforeEnrolment?: boolean;
    /** True if a refresh token in the body may stand for the access token. The handler then has no caller, and checks it. */
    takesRefreshToken?: boolean;
    /** True if an administrator who calls the route sees personal data of users: each such read is an event. */
    showsPersonalData?: boolean;
    /** The errors that are specific to the route. Common errors are added automatically. */
    errors?: readonly ErrorCode[];
    /** Rate limits that apply before the body is parsed. They know the caller and the number of items. */
    limits?: readonly Limit[];
    /** True while the route is overloaded: requests are then refused before any other work. */
    isFull?: () => boolean;
    /** The most fields and list elements of the body or of each of its items, if the route takes more than others. */
    maxFields?: number;
    /** The schema of the items of a list body, for the API description. The route validates each item separately. */
    items?: TSchema;
  }
  interface FastifyRequest {
    authenticatedCaller: Caller | undefined;
    /** The number of items of a list body, up to the limit of the route. 1 for any other body. */
    itemCount: number;
    /** The error code of the response, for the log line of the request. */
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

/** Adds the routes of a module to a server. */
export type Routes = (server: HttpServer) => void;
