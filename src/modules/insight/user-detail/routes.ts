import { notFound } from '../../../core/errors.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { presentUserDetail, UserDetailBody } from './schemas.ts';
import type { UserDetailService } from './service.ts';

export function userDetailRoutes(service: UserDetailService): Routes {
  return (server) => {
    server.get(
      '/users/:id',
      {
        schema: {
          tags: ['users'],
          summary: 'Show a user with balances',
          params: IdParams,
          response: { 200: UserDetailBody },
        },
        config: { access: ['admin'], showsPersonalData: true, errors: [notFound] },
      },
      async ({ params }) => presentUserDetail(await service.getUserDetail(params.id)),
    );
  };
}
