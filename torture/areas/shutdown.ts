import { setTimeout as sleep } from 'node:timers/promises';
import { type Area, type AreaContext, type AreaResult, scaled } from '../area.ts';
import { findUnansweredEffects } from '../harness/books.ts';
import type { Ending, PlatformProcess } from '../harness/platform.ts';
import { openScene } from '../harness/scene.ts';
import { startWriters } from '../harness/writers.ts';

const SIGNALS = 100;
const EXIT_WITHIN_MS = 5_000;
/** npm and a process group forward a signal, so it arrives twice. */
const SIGNALLED_TWICE = 1 / 3;

export const shutdown: Area = {
  name: 'shutdown',
  title: 'SIGTERM under load',
  run,
};

async function run(context: AreaContext): Promise<AreaResult> {
  const { directory, random, say } = context;
  const scene = await openScene(directory);
  try {
    let target: string | undefined;
    const writers = startWriters(scene, { random, target: () => target, pause_ms: 10 });
    const endings: Ending[] = [];
    const violations: string[] = [];
    const signals = scaled(context, SIGNALS, 6);
    let api = await startReady(scene.start);
    for (let done = 1; done <= signals; done += 1) {
      target = api.url;
      // The next process starts while this one is under load. The signal comes at a random moment.
      const [next] = await Promise.all([startReady(scene.start), sleep(random() * 500)]);
      endings.push(await terminate(api, random));
      target = undefined;
      await writers.settled();
      for (const effect of await findUnansweredEffects(scene))
        violations.push(`${effect} took effect at SIGTERM ${done}, and its client has no reply`);
      api = next;
      if (done % 25 === 0) say(`${done} of ${signals} processes terminated`);
    }
    target = api.url;
    await writers.stop();

    const { acknowledged, refused, internalErrors } = writers.counts();
    return {
      figures: [
        { name: 'SIGTERMs', value: signals },
        { name: 'acknowledged', value: acknowledged, goal: { atLeast: signals } },
        { name: 'refused', value: refused },
        {
          name: 'slowest exit',
          value: Math.max(...endings.map(({ ms }) => ms)),
          unit: 'ms',
          goal: { atMost: EXIT_WITHIN_MS },
        },
        {
          name: 'exits with another code than 0',
          value: endings.filter(({ code }) => code !== 0).length,
          goal: { exactly: 0 },
        },
        { name: 'answers with 500', value: internalErrors, goal: { exactly: 0 } },
      ],
      violations: [
        ...violations,
        ...scene.unwantedExits(),
        ...writers.violations(),
        ...(await scene.compare()),
      ],
    };
  } finally {
    await scene.close();
  }
}

async function startReady(start: () => Promise<PlatformProcess>): Promise<PlatformProcess> {
  const api = await start();
  await api.ready();
  return api;
}

async function terminate(api: PlatformProcess, random: () => number): Promise<Ending> {
  const ending = api.terminate();
  if (random() < SIGNALLED_TWICE) {
    await Promise.race([sleep(random() * 100), ending]);
    if (api.ending() === undefined) void api.terminate();
  }
  return ending;
}
