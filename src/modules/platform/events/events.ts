import { defineEvent } from './define.ts';

export const personalDataRead = defineEvent<{ readonly operation: string; readonly filters?: string }>({
  type: 'personal_data.read',
  resourceType: 'user',
  summary:
    'An administrator read personal data. The resource is the user, or for a list the administrator who read it.',
  details: {
    operation: 'The method and path of the request.',
    filters: 'The names of the filters of a list, such as `email`, separated by commas. Absent without them.',
  },
});

export const requestRefused = defineEvent<{
  readonly operation: string;
  readonly code: string;
  readonly permission?: string;
}>({
  type: 'request.refused',
  resourceType: 'user',
  summary: 'A request of an administrator was refused with 403. The resource is the administrator.',
  outcome: 'failure',
  details: {
    operation: 'The method and path of the request.',
    code: 'The error code of the response.',
    permission: 'The permission that the operation needs. Absent if it needs none.',
  },
});
