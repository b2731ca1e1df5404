import { defineEvent } from '../../platform/events/index.ts';

export const userRegistered = defineEvent({
  type: 'user.registered',
  resourceType: 'user',
  summary: 'A shopper registered.',
  details: {},
});

export const adminCreated = defineEvent({
  type: 'user.admin_created',
  resourceType: 'user',
  summary: 'The operator created an administrator with the command `admin-create`.',
  details: {},
});

export const userImported = defineEvent({
  type: 'user.imported',
  resourceType: 'user',
  summary: 'An administrator imported a customer without a password.',
  details: {},
});

export const addressTakenOver = defineEvent<{ successor_id: string }>({
  type: 'user.address_taken_over',
  resourceType: 'user',
  summary:
    'An administrator took over the email address of an account that had never proved it. The account is closed, and its sessions ended.',
  details: { successor_id: 'The account that has the address from now on.' },
});

export const staffRolesChanged = defineEvent<{ before: string; after: string }>({
  type: 'user.staff_roles_changed',
  resourceType: 'user',
  summary: 'An administrator changed what a colleague may do.',
  details: {
    before: 'The staff roles before, separated by commas. Empty for a shopper.',
    after: 'The staff roles after.',
  },
});

export const externalReferenceChanged = defineEvent({
  type: 'user.external_reference_changed',
  resourceType: 'user',
  summary: "An administrator set, changed or removed the operator's own reference of a user.",
  details: {},
});
/** Those that the feed shows. */
export const FEED_EVENTS = [userRegistered, userImported, addressTakenOver];
