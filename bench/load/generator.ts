import { constants, setPriority } from 'node:os';
import { answerParent } from '../child.ts';
import { runLoop } from './pace.ts';
import type { LoadPlan } from './plan.ts';
import { requestsOf } from './scenarios.ts';
import { httpCallers } from './sending.ts';

comeFirst();

answerParent(({ urls, scenario, pace }: LoadPlan) => runLoop(httpCallers(urls), pace, requestsOf(scenario)));

/** The callers are not on the platform's machine: here they get a processor as soon as they want one. */
function comeFirst(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch {
    // Who may not has to wait for its turn, and the times that it tells are longer for it.
  }
}
