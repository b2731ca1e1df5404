import type { Area } from '../area.ts';
import { crash } from './crash.ts';
import { shutdown } from './shutdown.ts';
import { unknownOutcome } from './unknown-outcome.ts';

/** In the order of docs/reliability.md. */
export const AREAS: readonly Area[] = [crash, unknownOutcome, shutdown];
