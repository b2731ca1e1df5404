import Type from 'typebox';
import { EventData, type ObjectHistory } from '../../platform/events/index.ts';
import type { Profile } from './model.ts';
import { presentUser, UserBody } from './schemas.ts';

const { id, active, email_verified, created_at } = UserBody.properties;

/** Without the address, the name and the reference: receivers may store events, and an erasure does not reach them. */
export const UserEventData = EventData({
  id: Type.String({ ...id, description: 'The user. Its address and name are at `GET /users/{id}`.' }),
  active,
  email_verified,
  created_at,
});

export function presentUserFields(user: Profile) {
  const { id, active, email_verified, created_at } = presentUser(user);
  return { id, active, email_verified, created_at };
}

const CHANGES: Readonly<Record<string, object>> = {
  'user.registered': { active: true, email_verified: false },
  'user.imported': { active: true, email_verified: true },
  'user.verified': { email_verified: true },
  'user.email_changed': { email_verified: true },
  'user.address_taken_over': { active: false },
  'user.activated': { active: true },
  'user.deactivated': { active: false },
};

export const userHistory: ObjectHistory = { changeOf: ({ action }) => ({ ...CHANGES[action] }) };
