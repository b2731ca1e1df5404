import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../../../core/http/authentication.ts';
import { type Outcome, onlyValue } from '../../../core/outcome.ts';
import type { IdempotentRequest, IdempotentResponse, Json } from './model.ts';
import { isRepeated } from './policies.ts';

/** The headers of an idempotent route. */
export const IdempotencyHeaders = Type.Object({
  'Idempotency-Key': Type.Optional(
    Type.String({
      pattern: '^[\\x20-\\x7e]{1,255}$',
      mustBe: '1 to 255 printable ASCII characters',
      description:
        'Your key of this request: 1 to 255 printable ASCII characters, kept for 24 hours. A repeat with the ' +
        'same content returns the first response, with the header `Idempotency-Replayed: true`.',
      examples: ['3d2f1a52-7a0e-4f53-9c0b-0d8c9c6a6a35'],
    }),
  ),
});

/** Returns undefined if the client sent no idempotency key. */
export function idempotentRequest(
  request: FastifyRequest,
  operation: string,
  content: Json,
): IdempotentRequest | undefined {
  const key = request.headers['idempotency-key'];
  return typeof key === 'string' ? { callerId: callerOf(request).id, key, operation, content } : undefined;
}

/** Returns the response body, and marks a replayed response by a header. @throws the refusal, marked in the same way. */
export function responseBody<Body>(reply: FastifyReply, outcome: Outcome<IdempotentResponse<Body>>): Body {
  if (isRepeated(outcome)) reply.header('idempotency-replayed', 'true');
  return onlyValue([outcome]).answer;
}
