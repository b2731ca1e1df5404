import Type, { type TProperties, type TSchema } from 'typebox';
import { validationError } from '../../../core/errors.ts';
import { Id, Input, Timestamp } from '../../../core/http/schemas.ts';
import { isId } from '../../../core/id.ts';
import type { FeedPage } from './feed.ts';
import type { FeedPosition } from './model.ts';

/** The fields of an object in an event, with its sequence. */
export function EventData<Properties extends TProperties>(
  properties: Properties,
  sequence = 'The number of the event among those of the object, from 1. Events may arrive in another order.',
) {
  return Type.Object({
    ...properties,
    sequence: Type.Integer({ minimum: 1, description: sequence, examples: [1] }),
  });
}

/** An event about one kind of object. */
export function EventBody(types: readonly string[], data: TSchema) {
  return Type.Object({
    id: Type.String({ ...Id, description: 'The event. A webhook has it in `webhook-id`.' }),
    type: Type.Enum([...types], { examples: [types[0]] }),
    created_at: Timestamp,
    data,
    previous: Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()], {
      description:
        'The fields of `data` that the event changed, with their values before it. Null if it is the first event of the object, or changed none of them.',
    }),
  });
}

const LATEST = 'latest';
const MOST = 100;

export const EventQuery = Input({
  type: Type.Optional(
    Type.String({
      maxLength: 1024,
      pattern: '^(\\*|[a-z_]+\\.(\\*|[a-z_]+))(,(\\*|[a-z_]+\\.(\\*|[a-z_]+)))*$',
      mustBe: 'event types such as purchase.confirmed or purchase.*, separated by commas',
      description:
        'Event types, separated by commas. `purchase.*` means all that begin with `purchase.`. Defaults to all.',
      examples: ['purchase.*,payout.completed'],
    }),
  ),
  resource_id: Type.Optional(Type.String({ ...Id, description: 'Only events about this object.' })),
  cursor: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_-]{1,128}$',
      mustBe: 'a cursor of this feed, or latest',
      description:
        'The `cursor` of the previous page, or `latest` for what happens from now on. Defaults to the start.',
    }),
  ),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MOST,
      default: MOST,
      description: `The number of events to return. Defaults to ${MOST}.`,
    }),
  ),
});

export function EventPage(event: TSchema) {
  return Type.Object({
    data: Type.Array(event),
    cursor: Type.String({
      description: 'Where the next page begins. Always present: store it, and ask with it again.',
      examples: ['NzQyLjAxOTM2ZjJlLThjMWItN2MzYS05ZDU1LTBiMWYyYTNjNGQ1ZQ'],
    }),
    has_more: Type.Boolean({
      description:
        'True if there is more to read at once. A page may be empty then, because each one passes a limited number of events. False at the present end.',
    }),
  });
}

/** @throws VALIDATION_ERROR if the cursor is not one of the feed. */
export function readCursor(cursor: string | undefined): FeedPosition | 'latest' | undefined {
  if (cursor === undefined || cursor === LATEST) return cursor;
  const [recordedIn = '', id = '', ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split('.');
  if (/^\d{1,19}$/.test(recordedIn) && isId(id) && rest.length === 0) return { recordedIn, id };
  throw validationError({
    violations: [{ field: 'cursor', reason: 'must be a cursor of this feed, or latest' }],
  });
}

export function presentFeedPage({ events, position, hasMore }: FeedPage) {
  const cursor = Buffer.from(`${position.recordedIn}.${position.id}`).toString('base64url');
  return { data: [...events], cursor, has_more: hasMore };
}
