import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOf } from '../../../core/http/authentication.ts';
import { type Outcome, onlyValue } from '../../../core/outcome.ts';
import type { Answered, IdempotentRequest, Json } from './model.ts';
import { isRepeated } from './policies.ts';

/** The headers of a route whose requests may be repeated. */
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

/** The request as one that may be repeated; undefined when its client sent no key. */
export function idempotentRequest(
  request: FastifyRequest,
  operation: string,
  content: Json,
): IdempotentRequest | undefined {
  const key = request.headers['idempotency-key'];
  return typeof key === 'string' ? { callerId: callerOf(request).id, key, operation, content } : undefined;
}

/** The answer, marked if it repeats the one to an earlier request. @throws the refusal, marked in the same way. */
export function answerOf<Answer>(reply: FastifyReply, outcome: Outcome<Answered<Answer>>): Answer {
  if (isRepeated(outcome)) reply.header('idempotency-replayed', 'true');
  return onlyValue([outcome]).answer;
}
