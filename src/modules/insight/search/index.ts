import type { Kernel } from '../../../kernel.ts';
import { searchRepository } from './repository.ts';
import { searchRoutes } from './routes.ts';
import { searchService } from './service.ts';

/** Finds anything by a name that a person has at hand. Reads the tables of all, and owns none. */
export function searchModule(kernel: Pick<Kernel, 'database'>) {
  return { routes: searchRoutes(searchService({ ...kernel, repository: searchRepository() })) };
}
