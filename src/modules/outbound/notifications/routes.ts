import { callerOf } from '../../../core/http/authentication.ts';
import type { Routes } from '../../../core/http/route.ts';
import { PreferencesBody, PreferencesInput } from './schemas.ts';
import type { NotificationService } from './service.ts';

export function notificationRoutes(
  service: Pick<NotificationService, 'getPreferences' | 'changePreferences'>,
): Routes {
  const config = { access: ['user', 'admin'] as const };
  return (server) => {
    server.get(
      '/users/me/notifications',
      {
        schema: {
          tags: ['users'],
          summary: 'Show which mails you get',
          description:
            'Mails about payouts and about the security of the account are always sent. News of money are sent only to a verified address.',
          response: { 200: PreferencesBody },
        },
        config,
      },
      (request) => service.getPreferences(callerOf(request).id),
    );

    server.patch(
      '/users/me/notifications',
      {
        schema: {
          tags: ['users'],
          summary: 'Choose which mails you get',
          body: PreferencesInput,
          response: { 200: PreferencesBody },
        },
        config,
      },
      (request) => service.changePreferences(callerOf(request).id, request.body),
    );
  };
}
