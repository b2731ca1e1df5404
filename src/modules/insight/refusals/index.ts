import { purgeJob } from '../../../core/jobs.ts';
import type { Kernel } from '../../../kernel.ts';
import { refusalRecording } from './recording.ts';
import { refusalRepository } from './repository.ts';
import { refusalRoutes } from './routes.ts';
import { refusalService } from './service.ts';

export type RefusalClient = ReturnType<typeof refusalRecording>;

/** Keeps which reports of partners were refused, and why. */
export function refusalsModule(kernel: Pick<Kernel, 'database' | 'clock' | 'logger'>) {
  const deps = { ...kernel, repository: refusalRepository() };
  const service = refusalService(deps);
  return {
    routes: refusalRoutes(service),
    client: refusalRecording(deps) satisfies RefusalClient,
    jobs: [purgeJob('purge-refusals', service.purge)],
  };
}
