import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';

export type Readiness = {
  /** Milliseconds from `since` (`performance.now()`) to the first such response. Undefined if there is none yet. */
  readonly firstSince: (since: number, says: 'yes' | 'no') => number | undefined;
  readonly stop: () => void;
};

/** Probes the readiness of a process repeatedly, also while an earlier probe has no response. */
export function watchReadiness(client: Client, url: string, { every_ms = 250 } = {}): Readiness {
  const answers: { readonly at: number; readonly status: number }[] = [];
  let stopping = false;

  async function ask(): Promise<void> {
    const { status } = await client.send(url, { method: 'GET', path: '/health/ready', timeout_ms: 60_000 });
    answers.push({ at: performance.now(), status });
  }

  void (async () => {
    while (!stopping) {
      void ask();
      await sleep(every_ms);
    }
  })();

  return {
    firstSince: (since, says) => {
      const found = answers.find(
        ({ at, status }) => at > since && status !== 0 && (status === 200) === (says === 'yes'),
      );
      return found && found.at - since;
    },
    stop: () => {
      stopping = true;
    },
  };
}
