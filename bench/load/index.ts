import { join } from 'node:path';
import { askChild } from '../child.ts';
import type { LoadPlan, LoadResult } from './plan.ts';

const GENERATOR = join(import.meta.dirname, 'generator.ts');

/** Runs a load in a new process, which shares neither the platform's event loop nor the bench's. */
export function runLoad(plan: LoadPlan): Promise<LoadResult> {
  return askChild(GENERATOR, plan);
}
