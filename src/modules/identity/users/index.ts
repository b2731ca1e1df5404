import { byId } from '../../../core/lists.ts';
import type { Kernel } from '../../../kernel.ts';
import type { EventSource } from '../../platform/events/index.ts';
import { presentUserFields, UserEventData, userHistory } from './event-schemas.ts';
import { FEED_EVENTS } from './events.ts';
import type { EndAccess } from './import.ts';
import { passwordHasher } from './passwords.ts';
import { userRepository } from './repository.ts';
import { userRoutes } from './routes.ts';
import { type OnRegistered, type OnUsersCreated, type UserService, userService } from './service.ts';

export { emailAlreadyRegistered, lastActiveAdmin, passwordNotComplexEnough } from './errors.ts';
export type { Account, Profile, User } from './model.ts';
export { normalizeEmail, requireStillActive } from './policies.ts';
export { Email, NewPassword, presentUser, RegistrationBody, UserBody } from './schemas.ts';
export { type Permission, permissionsOf, type StaffRole } from './staff.ts';

export type UserClient = Pick<
  UserService,
  | 'getAccount'
  | 'findUser'
  | 'findProfile'
  | 'findByEmails'
  | 'findProven'
  | 'isRegistered'
  | 'findUsers'
  | 'findIdsByReference'
  | 'lockUsersForShare'
  | 'requireActiveSender'
  | 'checkCredentials'
  | 'lockUnchanged'
  | 'lockAccount'
  | 'findMatchingHash'
  | 'hashNewPassword'
  | 'setPasswordHash'
  | 'proveEmail'
  | 'replaceEmail'
  | 'replacePasswordHash'
  | 'setActive'
  | 'lockForErasure'
  | 'erase'
  | 'listErased'
>;

export function usersModule(
  kernel: Kernel,
  needs: {
    readonly onCreated: OnUsersCreated;
    readonly onRegistered: OnRegistered;
    readonly endAccess: EndAccess;
    readonly bcryptCost: number;
    readonly registrationsPerMinute: number;
  },
) {
  const deps = { ...kernel, ...needs };
  const passwords = passwordHasher({ cost: deps.bcryptCost });
  const repository = userRepository();
  const service = userService({ ...deps, passwords, repository });
  return {
    routes: userRoutes(service, deps),
    service,
    client: service satisfies UserClient,
    eventSource: {
      events: FEED_EVENTS,
      objects: {
        resourceType: 'user',
        schema: UserEventData,
        ...userHistory,
        find: async (db, ids) => byId((await repository.findProfiles(db, ids)).map(presentUserFields)),
      },
    } satisfies EventSource,
  };
}
