import { join } from 'node:path';
import { childOf } from '../child.ts';
import type { LoadPlan, LoadResult } from './plan.ts';

const GENERATOR = join(import.meta.dirname, 'generator.ts');

/** Runs a load in a separate process, the same for all loads, so that it shares no event loop with platform or bench. */
export const runLoad = childOf<LoadPlan, LoadResult>(GENERATOR);
