import type { Database } from '../database/index.ts';
import type { Routes } from './route.ts';

/** Liveness never reads the database. Readiness does, and fails as soon as shutdown begins. */
export function probeRoutes(deps: {
  readonly database: Database;
  /** The reason why this process accepts no work now, other than the database. Undefined if it accepts work. */
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
