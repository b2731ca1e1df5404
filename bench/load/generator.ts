import { answerParent } from '../child.ts';
import { runClosedLoop, runOpenLoop } from './pace.ts';
import type { LoadPlan } from './plan.ts';
import { requestsOf } from './scenarios.ts';

answerParent(({ urls, scenario, pace }: LoadPlan) => {
  const next = requestsOf(scenario);
  return 'connections' in pace ? runClosedLoop(urls, pace, next) : runOpenLoop(urls, pace, next);
});
