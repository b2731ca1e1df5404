import type { Kernel } from '../../../kernel.ts';
import { eventSource } from '../../platform/events/index.ts';
import { FEED_EVENTS } from './events.ts';
import type { EndAccess } from './import.ts';
import { passwordHasher } from './passwords.ts';
import { userRepository } from './repository.ts';
import { userRoutes } from './routes.ts';
import { type OnUsersCreated, type UserService, userService } from './service.ts';

export { lastActiveAdmin, passwordNotComplexEnough } from './errors.ts';
export type { Account, Profile, User } from './model.ts';
export { normalizeEmail, requireStillActive } from './policies.ts';
export { NewPassword, presentUser, RegistrationBody, UserBody } from './schemas.ts';
export { permissionsOf } from './staff.ts';

export type UserClient = Pick<
  UserService,
  | 'getAccount'
  | 'findUser'
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
  | 'replacePasswordHash'
  | 'setActive'
>;

export function usersModule(
  kernel: Kernel,
  needs: {
    readonly onCreated: OnUsersCreated;
    readonly endAccess: EndAccess;
    readonly bcryptCost: number;
    readonly registrationsPerMinute: number;
  },
) {
  const deps = { ...kernel, ...needs };
  const passwords = passwordHasher({ cost: deps.bcryptCost });
  const service = userService({ ...deps, passwords, repository: userRepository() });
  return {
    routes: userRoutes(service, deps),
    service,
    client: service satisfies UserClient,
    eventSource: eventSource(FEED_EVENTS),
  };
}
