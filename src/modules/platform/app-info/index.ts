import { appInfoRoutes } from './routes.ts';
import type { AppInfo } from './schemas.ts';

/** What the apps read before a login: how the programme is called, and what it offers. */
export function appInfoModule(info: AppInfo) {
  return { routes: appInfoRoutes(info) };
}
