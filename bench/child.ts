import { fork } from 'node:child_process';
import { once } from 'node:events';

/** On busy processors a collector with helpers waits for them, 10 to 30 ms at a time; by itself it takes three. */
const CALM_COLLECTOR = ['--single-threaded-gc'];

/** Starts a program in a process of its own, tells it what to do and waits for its answer; then it is gone. */
export async function askChild<Answer>(program: string, plan: object): Promise<Answer> {
  const child = fork(program, { execArgv: CALM_COLLECTOR });
  try {
    child.send(plan);
    const ended = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`${program} ended with ${code ?? signal} and without an answer`);
    });
    const [answer] = await Promise.race([once(child, 'message'), ended]);
    return answer as Answer;
  } finally {
    child.kill('SIGKILL');
  }
}

/** The other side: works once, and ends with whoever asked. */
export function answerParent<Plan>(work: (plan: Plan) => Promise<object>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', async (plan: Plan) => process.send?.(await work(plan)));
}
