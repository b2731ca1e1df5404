import { lazy, Suspense, useEffect, useState } from 'react';
import { type AskedStepUp, answerStepUps } from './step-up.ts';

const StepUpForm = lazy(async () => ({ default: (await import('./step-up-form.tsx')).StepUpForm }));

/** Mounted once: asks for the code or the password when the platform wants a fresh one. The request then repeats. */
export function StepUpDialog() {
  const [asked, setAsked] = useState<AskedStepUp>();
  useEffect(() => {
    answerStepUps(setAsked);
    return () => answerStepUps(undefined);
  }, []);
  if (asked === undefined) return null;
  const settle = (done: boolean) => {
    setAsked(undefined);
    asked.settle(done);
  };
  return (
    <Suspense fallback={null}>
      <StepUpForm proof={asked.proof} settle={settle} />
    </Suspense>
  );
}
