import type { Database } from '../database/index.ts';
import type { Routes } from './route.ts';

/** Liveness never reads the database. Readiness does, and fails as soon as the process begins to stop. */
export function probeRoutes(deps: {
  readonly database: Database;
  /** The reason, apart from the database, why this process accepts no work at present. */
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
