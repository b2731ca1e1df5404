import type { Actor, Event, EventDetails } from './model.ts';

/** The description of an event type. docs/events.md is generated from it. */
export type EventDefinition = {
  /** `noun.verb` in the past tense: `purchase.confirmed`. */
  readonly type: string;
  readonly resourceType: string;
  /** What happened, in one sentence. */
  readonly summary: string;
  /** The meaning of each detail, by its name. */
  readonly details: Readonly<Record<string, string>>;
};

/** One occurrence of an event: the part that differs each time. */
type Occurrence<Details> = {
  readonly actor: Actor;
  readonly resourceId: string;
  readonly resourceType?: string;
  readonly outcome?: Event['outcome'];
} & (keyof Details extends never ? { readonly details?: never } : { readonly details: Details });

export type EventMaker<Details> = ((occurrence: Occurrence<Details>) => Event) & {
  readonly definition: EventDefinition;
};

/**
 * Defines an event type and returns the function that creates its events. A module keeps its definitions in `events.ts`.
 * `details` must describe every detail, including optional ones.
 */
export function defineEvent<Details extends EventDetails = Record<never, never>>(
  definition: Omit<EventDefinition, 'details'> & {
    readonly outcome?: Event['outcome'];
    readonly details: { readonly [Name in keyof Details]-?: string };
  },
): EventMaker<Details> {
  const { type, resourceType, summary, outcome = 'success' } = definition;
  const details = definition.details as Readonly<Record<string, string>>;
  const make = (occurrence: Occurrence<Details>): Event => ({
    type,
    resourceType,
    outcome,
    details: {},
    ...occurrence,
  });
  return Object.assign(make, { definition: { type, resourceType, summary, details } });
}
