import type { Actor, Event, EventDetails } from './model.ts';

/** What an event is, for readers of docs/events.md. */
export type EventDefinition = {
  /** `noun.verb` in the past tense: `purchase.confirmed`. */
  readonly type: string;
  readonly resourceType: string;
  /** What happened, in one sentence. */
  readonly summary: string;
  /** What each detail says, by name. */
  readonly details: Readonly<Record<string, string>>;
};

/** What a use case says of one event. */
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
 * Defines an event: one definition for each type, in `events.ts` of its module. Returns the function that makes one.
 * `details` describes every detail, the optional ones too.
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
