import { setTimeout as sleep } from 'node:timers/promises';
import { type Area, type AreaContext, type AreaResult, scaled } from '../area.ts';
import type { PlatformProcess } from '../harness/platform.ts';
import { openScene, type Scene } from '../harness/scene.ts';
import { startWriters, type Writers } from '../harness/writers.ts';
import { oneOf } from '../random.ts';

const KILLS = 1_000;
const CRASHES = 100;
const WRITERS = 16;
const RECOVERS_WITHIN_MS = 2_000;

/** The number of concurrent starts. More of them would only wait for the processors. */
const STARTING_AT_ONCE = 4;
/** The longest time until a serving process is killed. */
const LIVES_MS = 250;
/** One in this many kills hits a process while it starts. */
const KILLED_EARLY = 1 / 5;
const STARTS_MS = 2_000;

export const crash: Area = {
  name: 'crash',
  title: 'kills of the app and crashes of PostgreSQL under 16 writers',
  run,
};

async function run(context: AreaContext): Promise<AreaResult> {
  const scene = await openScene(context.directory);
  try {
    const { random } = context;
    const ready = new Set<PlatformProcess>();
    const target = () => (ready.size === 0 ? undefined : oneOf(random, [...ready]).url);
    const writers = startWriters(scene, { random, count: WRITERS, target, pause_ms: 20 });

    await compileOnce(scene);
    const kills = scaled(context, KILLS, 12);
    await killProcesses(context, scene, ready, kills);
    const crashes = scaled(context, CRASHES, 5);
    const recoveries = await crashPostgres(context, scene, { ready, writers, crashes });
    await writers.stop();

    const violations = [...scene.unwantedExits(), ...writers.violations(), ...(await scene.compare())];
    const { acknowledged, unknown, internalErrors } = writers.counts();
    return {
      figures: [
        { name: 'kills', value: kills },
        { name: 'crashes of PostgreSQL', value: crashes },
        { name: 'acknowledged', value: acknowledged, goal: { atLeast: kills } },
        { name: 'unknown outcomes', value: unknown },
        {
          name: 'slowest first success after a crash',
          value: Math.max(...recoveries),
          unit: 'ms',
          goal: { atMost: RECOVERS_WITHIN_MS },
        },
        { name: 'unexpected exits', value: scene.unwantedExits().length, goal: { exactly: 0 } },
        { name: 'answers with 500', value: internalErrors, goal: { exactly: 0 } },
      ],
      violations,
    };
  } finally {
    await scene.close();
  }
}

/** Starts and stops one process. Node writes its compile cache only at a normal exit, so killed processes would compile again. */
async function compileOnce(scene: Scene): Promise<void> {
  const api = await scene.start();
  await api.ready();
  await api.terminate();
}

/** Starts processes in a few parallel lanes and kills each of them: most while they serve, some while they start. */
async function killProcesses(
  { random, say }: AreaContext,
  scene: Scene,
  ready: Set<PlatformProcess>,
  kills: number,
): Promise<void> {
  let begun = 0;
  let done = 0;

  async function startAndKill(): Promise<void> {
    const api = await scene.start();
    if (random() < KILLED_EARLY) await sleep(random() * STARTS_MS);
    else {
      await api.ready();
      ready.add(api);
      await sleep(random() * LIVES_MS);
    }
    ready.delete(api);
    await api.kill();
  }

  async function keepKilling(): Promise<void> {
    while (begun < kills) {
      begun += 1;
      await startAndKill();
      done += 1;
      if (done % 100 === 0) say(`${done} of ${kills} processes killed`);
    }
  }

  await Promise.all(Array.from({ length: STARTING_AT_ONCE }, keepKilling));
}

/** Crashes the database while two processes run. Returns the time to the first success after each crash. */
async function crashPostgres(
  { random, say }: AreaContext,
  scene: Scene,
  { ready, writers, crashes }: { ready: Set<PlatformProcess>; writers: Writers; crashes: number },
): Promise<number[]> {
  const apis = await Promise.all([scene.start(), scene.start()]);
  for (const api of apis) {
    await api.ready();
    ready.add(api);
  }
  const recoveries: number[] = [];
  for (let done = 1; done <= crashes; done += 1) {
    await sleep(100 + random() * 400);
    await scene.postgres.crash(random() < 0.5 ? 'immediate' : 'kill');
    const accepts = performance.now();
    while (writers.lastSuccess() < accepts && performance.now() < accepts + 30_000) await sleep(2);
    recoveries.push(performance.now() - accepts);
    if (done % 25 === 0) say(`${done} of ${crashes} crashes of PostgreSQL`);
  }
  return recoveries;
}
