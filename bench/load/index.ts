import { join } from 'node:path';
import { childOf } from '../child.ts';
import type { LoadPlan, LoadResult } from './plan.ts';

const GENERATOR = join(import.meta.dirname, 'generator.ts');

/** Runs a load in a process that shares neither the platform's event loop nor the bench's: the same one for all loads. */
export const runLoad = childOf<LoadPlan, LoadResult>(GENERATOR);
