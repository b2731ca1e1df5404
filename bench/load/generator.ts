import { constants, setPriority } from 'node:os';
import { answerParent } from '../child.ts';
import { runClosedLoop, runOpenLoop } from './pace.ts';
import type { LoadPlan } from './plan.ts';
import { requestsOf } from './scenarios.ts';

comeFirst();

answerParent(({ urls, scenario, pace }: LoadPlan) => {
  const next = requestsOf(scenario);
  return 'connections' in pace ? runClosedLoop(urls, pace, next) : runOpenLoop(urls, pace, next);
});

/** The callers are not on the platform's machine: here they get a processor as soon as they want one. */
function comeFirst(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch {
    // Who may not has to wait for its turn, and the times that it tells are longer for it.
  }
}
