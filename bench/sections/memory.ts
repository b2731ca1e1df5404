import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../platform.ts';
import { buying, inWords, peakOf, type Section, send } from './section.ts';

const SECONDS = 30;
const LONG_SECONDS = 300;
const SAMPLE_INTERVAL_MS = 1_000;

/** A separate process: otherwise the memory of ten thousand closed connections would count. */
export const memory: Section = {
  name: 'memory',
  needs: 'single',
  run: async (bench) => {
    const { measure, programme, long } = bench;
    const api = await bench.startApi();
    const { connections } = peakOf(bench);
    const pace = { connections, seconds: long ? LONG_SECONDS : SECONDS };
    await measure({
      name: 'memory',
      load: inWords(connections),
      apis: [api],
      run: async () => {
        const ended = new AbortController();
        const sampling = sampleMemory(api, ended.signal);
        const result = await send([api], { kind: 'purchases', ...buying(programme) }, pace);
        ended.abort();
        return { ...result, memorySamples_bytes: await sampling };
      },
    });
    await api.stop();
  },
};

async function sampleMemory(api: Api, ended: AbortSignal): Promise<number[]> {
  const samples: number[] = [];
  while (!ended.aborted) {
    samples.push(await api.memory_bytes());
    await sleep(SAMPLE_INTERVAL_MS, undefined, { signal: ended }).catch(() => undefined);
  }
  return samples;
}
