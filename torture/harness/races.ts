import type { Answer, Api } from '../../tests/support/platform.ts';
import type { ContractProcess } from './contract-platform.ts';

/** A use case that reads before it writes, run concurrently with itself or another use case in two processes. */
export type Race = {
  readonly name: string;
  /** Runs one race with new objects. Returns a sentence if no serial order explains the results. */
  readonly run: (course: Course) => Promise<string | undefined | false>;
};

/** The environment of the races. */
export type Course = {
  readonly platform: ContractProcess;
  /** Concurrent attempts, alternating between the two processes. */
  readonly together: (
    count: number,
    work: (api: Api, number: number) => Promise<Answer>,
  ) => Promise<Answer[]>;
  readonly adminToken: string;
  readonly unique: () => string;
};

export function openCourse(platform: ContractProcess): Course {
  let names = 0;
  return {
    platform,
    together: (count, work) =>
      Promise.all(
        Array.from({ length: count }, (_, number) =>
          work(platform.apis[number % platform.apis.length] ?? platform.api, number),
        ),
      ),
    adminToken: platform.admin.token,
    unique: () => {
      names += 1;
      return `race-${names}`;
    },
  };
}

export function count(answers: readonly Answer[], status: number): number {
  return answers.filter((answer) => answer.status === status).length;
}

export function statuses(answers: readonly Answer[]): string {
  return answers.map(({ status, body }) => `${status} ${body?.error?.code ?? ''}`.trim()).join(', ');
}

/** Returns a violation unless exactly `expected` requests succeeded. */
export function exactly(expected: number, answers: readonly Answer[]): string | undefined {
  const succeeded = answers.filter(({ status }) => status < 300).length;
  return succeeded === expected
    ? undefined
    : `${succeeded} instead of ${expected} succeeded: ${statuses(answers)}`;
}
