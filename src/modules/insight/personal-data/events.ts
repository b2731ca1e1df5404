import { defineEvent } from '../../platform/events/index.ts';

export const userErased = defineEvent({
  type: 'user.erased',
  resourceType: 'user',
  summary: 'A user had the account erased. Its id is all that is left of it.',
  details: {},
});

/** Those that the feed shows. */
export const FEED_EVENTS = [userErased];
