import { answerParent } from '../child.ts';
import { runLoop } from './pace.ts';
import type { LoadPlan } from './plan.ts';
import { requestsOf } from './scenarios.ts';
import { httpCallers } from './sending.ts';

answerParent(({ urls, scenario, pace }: LoadPlan) => runLoop(httpCallers(urls), pace, requestsOf(scenario)));
