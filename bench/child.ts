import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** On busy processors a collector with helper threads pauses 10 to 30 ms; a single thread needs three. */
const CALM_COLLECTOR = ['--single-threaded-gc', '--expose-gc'];

/**
 * A program in its own process. The first question starts it; it answers one at a time and stays for the next one,
 * because compilation would use the processors that are measured. It ends with its parent and does not keep it alive.
 */
export function childOf<Plan extends object, Answer>(program: string): (plan: Plan) => Promise<Answer> {
  let child: ChildProcess | undefined;

  function start(): ChildProcess {
    const started = fork(program, { execArgv: CALM_COLLECTOR });
    started.once('exit', () => {
      child = undefined;
    });
    return started;
  }

  return async (plan) => {
    child ??= start();
    const asked = child;
    const done = new AbortController();
    keepAlive(asked, true);
    try {
      const ended = once(asked, 'exit', done).then(([code, signal]) => {
        throw new Error(`${program} ended with ${code ?? signal} and without an answer`);
      });
      asked.send(plan);
      const [answer] = await Promise.race([once(asked, 'message', done), ended]);
      return answer as Answer;
    } finally {
      done.abort();
      keepAlive(asked, false);
    }
  };
}

function keepAlive(child: ChildProcess, isAsked: boolean): void {
  for (const handle of [child, child.channel]) {
    if (isAsked) handle?.ref();
    else handle?.unref();
  }
}

/** The child's side: answers until the parent disconnects, and collects garbage after each question. */
export function answerParent<Plan>(work: (plan: Plan) => Promise<object>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', async (plan: Plan) => {
    const answer = await work(plan);
    gc?.();
    process.send?.(answer);
  });
}
