import { constants, setPriority } from 'node:os';
import { answerParent } from '../child.ts';
import { runLoop } from './pace.ts';
import type { LoadPlan } from './plan.ts';
import { requestsOf } from './scenarios.ts';
import { httpCallers } from './sending.ts';

giveWay();

answerParent(({ urls, scenario, pace }: LoadPlan) => runLoop(httpCallers(urls), pace, requestsOf(scenario)));

/**
 * The callers are not on the platform's machine. Here the first answer that the platform writes wakes them up, and at the
 * same priority or a higher one they take its processor until they have read it, then for the next answer, and so on.
 */
function giveWay(): void {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
}
