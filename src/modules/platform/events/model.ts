import type { ActorType, AuditOutcome } from '../../../core/database/schema.generated.ts';

/** The cause of an event. A `Caller` of the HTTP layer can be used as an `Actor`. */
export type Actor = {
  readonly type: ActorType;
  readonly id: string | null;
  readonly requestId: string | null;
};

/** The platform itself: jobs, imports at start-up. */
export const SYSTEM: Actor = { type: 'system', id: null, requestId: null };

/** A change, or a refused attempt. Stored in the audit log by the transaction that makes the change. */
export type Event = {
  readonly type: string;
  readonly actor: Actor;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly outcome: AuditOutcome;
  /** What changed. Money as text; no secrets and no personal data. */
  readonly details: EventDetails;
};

export type EventDetails = {
  readonly [name: string]: string | number | boolean | null | undefined | EventDetails;
};

/** A stored event. The audit log calls the event's type its action. */
export type AuditLog = Omit<Event, 'type' | 'details'> & {
  readonly id: string;
  readonly action: string;
  readonly occurredAt: Temporal.Instant;
  readonly details: Readonly<Record<string, unknown>>;
};

/** A record with what staff calls its actor and its resource. Null if neither has a name that may be shown. */
export type LabelledLog = AuditLog & {
  readonly actorLabel: string | null;
  readonly resourceLabel: string | null;
};

/** A place in the feed of events, whose order is (recordedIn, id). */
export type FeedPosition = {
  /** The transaction that stored the event. A 64-bit number as text. */
  readonly recordedIn: string;
  readonly id: string;
};

/** Before all events. */
export const START_OF_FEED: FeedPosition = { recordedIn: '0', id: '00000000-0000-0000-0000-000000000000' };

/** A stored event with its place in the feed. */
export type RecordedEvent = AuditLog & FeedPosition;

/** Of each list, one value must match. */
export type AuditFilter = {
  readonly actorTypes?: readonly ActorType[] | undefined;
  readonly actorIds?: readonly string[] | undefined;
  readonly actions?: readonly string[] | undefined;
  readonly resourceTypes?: readonly string[] | undefined;
  readonly resourceIds?: readonly string[] | undefined;
  readonly outcomes?: readonly AuditOutcome[] | undefined;
  readonly requestIds?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};
