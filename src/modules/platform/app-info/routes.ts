import type { Routes } from '../../../core/http/route.ts';
import { type AppInfo, AppInfoBody, NoQuery, presentAppInfo } from './schemas.ts';

export function appInfoRoutes(info: AppInfo): Routes {
  const body = presentAppInfo(info);

  return (server) => {
    server.get(
      '/app-info',
      {
        schema: {
          tags: ['app'],
          summary: 'Describe the programme to its apps',
          description: 'Facts that an app shows before a login. They change only when the platform starts.',
          querystring: NoQuery,
          response: { 200: AppInfoBody },
        },
        config: { access: 'public' },
      },
      async () => body,
    );
  };
}
