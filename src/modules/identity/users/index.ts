import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { LimitRate } from '../../../core/http/rate-limit.ts';
import type { EventClient } from '../../platform/events/index.ts';
import { passwordHasher } from './passwords.ts';
import { userRepository } from './repository.ts';
import { userRoutes } from './routes.ts';
import { type OnUsersCreated, type UserService, userService } from './service.ts';

export { lastActiveAdmin, passwordNotComplexEnough } from './errors.ts';
export type { Account, User } from './model.ts';
export { NewPassword, presentUser, RegistrationBody, UserBody } from './schemas.ts';

export type UserClient = Pick<
  UserService,
  | 'getAccount'
  | 'findUser'
  | 'findUsers'
  | 'lockUsersForShare'
  | 'checkCredentials'
  | 'lockUnchanged'
  | 'findMatchingHash'
  | 'hashNewPassword'
  | 'setPasswordHash'
  | 'replacePasswordHash'
  | 'setActive'
>;

export function usersModule(deps: {
  database: Database;
  clock: Clock;
  events: EventClient;
  onCreated: OnUsersCreated;
  bcryptCost: number;
  limitRate: LimitRate;
  registrationsPerMinute: number;
}) {
  const passwords = passwordHasher({ cost: deps.bcryptCost });
  const service = userService({ ...deps, passwords, repository: userRepository() });
  return { routes: userRoutes(service, deps), service, client: service satisfies UserClient };
}
