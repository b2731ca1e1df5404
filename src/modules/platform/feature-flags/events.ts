import { defineEvent } from '../events/index.ts';

type Content = { readonly enabled: boolean; readonly description: string | null };

type Change = {
  readonly key: string;
  readonly scope_type: string;
  readonly scope_id: string | null;
  readonly before: Content | null;
  readonly after: Content | null;
};

const CHANGE = {
  key: 'The key of the flag.',
  scope_type: '`global`, `merchant` or `user`.',
  scope_id: 'The merchant or user. Null for all.',
  before: 'The previous setting. Null if there was none.',
  after: 'The new setting. Null if there is none.',
};

export const flagSet = defineEvent<Change>({
  type: 'feature_flag.set',
  resourceType: 'feature_flag',
  summary: 'An administrator set a feature flag.',
  details: CHANGE,
});

export const flagRemoved = defineEvent<Change>({
  type: 'feature_flag.removed',
  resourceType: 'feature_flag',
  summary: 'An administrator removed a setting of a feature flag.',
  details: CHANGE,
});
