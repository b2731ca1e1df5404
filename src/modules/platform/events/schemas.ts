import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { CursorPage, CursorQuery, Several } from '../../../core/http/pagination.ts';
import { Id, Timestamp, TimestampInput } from '../../../core/http/schemas.ts';
import type { LabelledLog } from './model.ts';

const ActorType = Type.Enum(['user', 'admin', 'partner', 'system'], { examples: ['admin'] });

const AuditOutcome = Type.Enum(['success', 'failure'], { examples: ['success'] });

export const AuditQuery = CursorQuery(
  {
    actor_type: Several(ActorType),
    actor_id: Several(Id),
    action: Several(
      Type.String({
        pattern: '^[a-z_]+\\.[a-z_]+$',
        mustBe: 'an action such as purchase.confirmed',
        examples: ['purchase.confirmed'],
      }),
    ),
    resource_type: Several(
      Type.String({
        pattern: '^[a-z_]{1,64}$',
        mustBe: 'a resource type such as purchase',
        examples: ['purchase'],
      }),
    ),
    resource_id: Several(Id),
    outcome: Several(AuditOutcome),
    request_id: Several(
      Type.String({ pattern: '^[\\w.-]{1,128}$', mustBe: '1 to 128 characters of A-Z a-z 0-9 _ . -' }),
      "The platform's id of the request: the `X-Request-Id` of the response, unless the client sent its own.",
    ),
    from: Type.Optional(TimestampInput),
    to: Type.Optional(TimestampInput),
  },
  { from: 'to' },
);

const Label = (description: string) =>
  Type.Union([Type.String({ examples: ['carol@example.com'] }), Type.Null()], { description });

const AuditLogBody = Type.Object({
  id: Id,
  occurred_at: Timestamp,
  actor_type: ActorType,
  actor_id: Type.Union([Id, Type.Null()]),
  actor_label: Label('The email of a member of staff, or the name of a partner. Null for shoppers.'),
  action: Type.String({ examples: ['purchase.confirmed'] }),
  resource_type: Type.String({ examples: ['purchase'] }),
  resource_id: Id,
  resource_label: Label(
    'The name of a merchant or partner, the external id of a purchase, or the email of a member of staff. Otherwise null.',
  ),
  outcome: AuditOutcome,
  details: Type.Object({}, { additionalProperties: true }),
  request_id: Type.Union([Type.String(), Type.Null()]),
});

export const AuditPage = CursorPage(AuditLogBody);

export function presentAuditLog(log: LabelledLog) {
  return {
    id: log.id,
    occurred_at: formatInstant(log.occurredAt),
    actor_type: log.actor.type,
    actor_id: log.actor.id,
    actor_label: log.actorLabel,
    action: log.action,
    resource_type: log.resourceType,
    resource_id: log.resourceId,
    resource_label: log.resourceLabel,
    outcome: log.outcome,
    details: { ...log.details },
    request_id: log.actor.requestId,
  };
}
