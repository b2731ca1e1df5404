import type { Database } from '../database/index.ts';
import type { Routes } from './route.ts';

/** Liveness never asks the database; readiness does, and says no from the moment the process begins to stop. */
export function probeRoutes(deps: {
  readonly database: Database;
  /** Why this process takes no work at present, apart from its database. */
  readonly reasonNotReady: () => string | undefined;
}): Routes {
  return (server) => {
    const probe = { schema: { hide: true }, config: { access: 'public' }, logLevel: 'silent' } as const;

    server.get('/health/live', probe, async () => ({ status: 'live' }));

    server.get('/health/ready', probe, async (request, reply) => {
      const reason = deps.reasonNotReady() ?? (await unreachableReason(deps.database));
      if (reason === undefined) return { status: 'ready' };
      request.log.warn({ reason }, 'not ready');
      return reply.code(503).send({ status: 'not_ready', reason });
    });
  };
}

async function unreachableReason(database: Database): Promise<string | undefined> {
  try {
    await database.ping();
    return undefined;
  } catch {
    return 'database_unreachable';
  }
}
