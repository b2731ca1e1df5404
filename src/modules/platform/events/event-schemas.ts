import Type, { type TProperties, type TSchema } from 'typebox';
import { validationError } from '../../../core/errors.ts';
import { Several } from '../../../core/http/pagination.ts';
import { AnyFields, Id, Input, Timestamp } from '../../../core/http/schemas.ts';
import { isId } from '../../../core/id.ts';
import type { FeedPage } from './feed.ts';
import type { FeedPosition } from './model.ts';
import { type EventSource, type KindOfEvents, kindsOfEvents } from './presenting.ts';

/** The fields of an object in an event, with its sequence. The object itself has their descriptions. */
export function EventData<Properties extends TProperties>(
  properties: Properties,
  sequence = 'The number of the event among those of the object, from 1. Events may arrive in another order.',
) {
  const described = Object.entries(properties).map(([name, schema]) => [
    name,
    { ...schema, description: undefined },
  ]);
  return Type.Object({
    ...(Object.fromEntries(described) as Properties),
    sequence: Type.Integer({ minimum: 1, description: sequence, examples: [1] }),
  });
}

const Previous = Type.Union([AnyFields, Type.Null()], {
  description:
    'The fields of `data` that the event changed, with their values before it. Null if it is the first event of the object, or changed none of them.',
});

/** An event about one kind of object. */
export function EventBody({ types, schema }: Pick<KindOfEvents, 'types' | 'schema'>) {
  return Type.Object({
    id: Id,
    type: Type.Enum([...types], { examples: [types[0]] }),
    created_at: Timestamp,
    data: schema as TSchema,
    previous: Previous,
  });
}

/** What the description of the API says of events: their named schemas, and a webhook for each kind. */
export function describeEvents(sources: readonly EventSource[]) {
  const kinds = kindsOfEvents(sources).map((kind) => ({
    ...kind,
    name: `${kind.resourceType.split('_').map(capitalized).join('')}Event`,
  }));
  const parts = kinds.flatMap((kind) => [
    [`${kind.name}Data`, kind.schema as TSchema] as const,
    [kind.name, EventBody(kind)] as const,
  ]);
  const webhooks = kinds.map((kind) => ({
    name: kind.name,
    summary: `Receive an event about ${withArticle(kind.resourceType.replaceAll('_', ' '))}`,
    description: 'Sent to each endpoint that has subscribed to the type, at least once and in any order.',
    body: EventBody(kind),
    example: { ...(exampleOf(EventBody(kind)) as object), previous: null },
  }));
  return { parts: Object.fromEntries(parts), webhooks };
}

function withArticle(word: string): string {
  return `${/^[aeio]/.test(word) ? 'an' : 'a'} ${word}`;
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

type JsonSchema = {
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string;
};

/** A value of the schema: its own example, otherwise one of its parts. */
function exampleOf({ examples, enum: values, anyOf, properties, type }: JsonSchema): unknown {
  const [example] = examples ?? values ?? [];
  if (example !== undefined) return example;
  if (properties !== undefined)
    return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, exampleOf(schema)]));
  if (anyOf !== undefined) return anyOf[0]?.examples?.[0] ?? null;
  return type === 'boolean' ? false : 'Goodwill.';
}

const LATEST = 'latest';
const MOST = 100;

export const EventQuery = Input({
  type: Several(
    Type.String({
      maxLength: 64,
      pattern: '^(\\*|[a-z_]+\\.(\\*|[a-z_]+))$',
      mustBe: 'an event type such as purchase.confirmed, or a pattern such as purchase.*',
      examples: ['purchase.*'],
    }),
    'Event types. `purchase.*` means all that begin with `purchase.`. Defaults to all.',
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
      description: 'Where the next page begins. Always present: store it, and send it with the next request.',
      examples: ['NzQyLjAxOTM2ZjJl'],
    }),
    has_more: Type.Boolean({
      description:
        'True if more events can be read now. Such a page may be empty, because a page passes a limited number of records. False at the present end.',
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
