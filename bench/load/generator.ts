import { answerParent } from '../child.ts';
import { runLoop } from './pace.ts';
import type { LoadPlan, LoadResult } from './plan.ts';
import { requestsOf } from './scenarios.ts';
import { httpCallers } from './sending.ts';

answerParent(async ({ urls, scenario, pace }: LoadPlan): Promise<LoadResult> => {
  const result = await runLoop(httpCallers(urls), pace, requestsOf(scenario));
  const { kind } = scenario;
  return { ...result, purchasesPerRequest: kind === 'purchases' ? (scenario.batch ?? 1) : 1 };
});
