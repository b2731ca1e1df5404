import type { FeedClient } from '../../platform/events/index.ts';

/** What this module needs of the feed of events. */
export type EventFeed = Pick<
  FeedClient,
  'consumerLoop' | 'moveToEnd' | 'present' | 'feedTypes' | 'findEvents' | 'pageOfEvents'
>;
