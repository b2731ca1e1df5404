import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { CursorPage, CursorQuery, Several } from '../../../core/http/pagination.ts';
import { AnyFields, Id, Timestamp, TimestampInput } from '../../../core/http/schemas.ts';
import type { Refusal } from './model.ts';

const Code = Type.String({
  pattern: '^[A-Z_]{1,64}$',
  mustBe: 'an error code such as USER_NOT_ELIGIBLE',
  examples: ['USER_NOT_ELIGIBLE'],
});

export const RefusalQuery = CursorQuery(
  {
    external_id: Several(
      Type.String({ minLength: 1, maxLength: 255, examples: ['order-2026-000123'] }),
      'The id of the order, as the partner sent it.',
    ),
    partner_id: Several(Id),
    code: Several(Code),
    from: Type.Optional(TimestampInput),
    to: Type.Optional(TimestampInput),
  },
  { from: 'to' },
);

const RefusalBody = Type.Object({
  id: Id,
  at: Timestamp,
  partner_id: Id,
  external_id: Type.Union([Type.String(), Type.Null()], {
    description: 'Null if the report had no external id that could be read.',
    examples: ['order-2026-000123'],
  }),
  code: Code,
  message: Type.String({ examples: ['User 01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e is inactive.'] }),
  details: AnyFields,
  request_id: Type.String({ description: 'The `X-Request-Id` of the response.' }),
});

export const RefusalPage = CursorPage(RefusalBody);

export function presentRefusedReport(refusal: Refusal) {
  return {
    id: refusal.id,
    at: formatInstant(refusal.refusedAt),
    partner_id: refusal.partnerId,
    external_id: refusal.externalId,
    code: refusal.code,
    message: refusal.message,
    details: { ...refusal.details },
    request_id: refusal.requestId,
  };
}
