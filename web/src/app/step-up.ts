import { hasCode } from './client.ts';

/** What proves that the person is still the person: the second factor where one is enrolled, otherwise the password. */
export type StepUpProof = 'second_factor' | 'password';

export type AskedStepUp = { readonly proof: StepUpProof; readonly settle: (done: boolean) => void };

let show: ((asked: AskedStepUp) => void) | undefined;

/** The dialog announces itself here while it is mounted. */
export function answerStepUps(ask: ((asked: AskedStepUp) => void) | undefined): void {
  show = ask;
}

/** Resolves to true as soon as the platform has accepted the proof, to false if the person gave up. */
export function requestStepUp(proof: StepUpProof): Promise<boolean> {
  const ask = show;
  if (ask === undefined) return Promise.resolve(false);
  return new Promise((settle) => ask({ proof, settle }));
}

/** The proof that a refusal asks for. Undefined if it asks for none. */
export function proofAskedBy(error: unknown): StepUpProof | undefined {
  if (hasCode(error, 'MFA_STEP_UP_REQUIRED')) return 'second_factor';
  return hasCode(error, 'STEP_UP_REQUIRED') ? 'password' : undefined;
}
