import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Area, type AreaContext, type AreaResult, scaled } from '../area.ts';
import { perform, rewardOf } from '../harness/operations.ts';
import type { PlatformProcess } from '../harness/platform.ts';
import { rewardPercent } from '../harness/programme.ts';
import { openScene, type Scene } from '../harness/scene.ts';
import { until } from '../harness/until.ts';
import { startWriters } from '../harness/writers.ts';
import { oneOf } from '../random.ts';

const SECONDS = 180;
const KILL_EVERY_MS = 2_000;
const LATE_BY_AT_MOST_S = 30;
/** The job runs each minute. */
const SCHEDULE_MS = 60_000;

export const processes: Area = {
  name: 'processes',
  title: 'two API processes and two workers, one of them killed every two seconds',
  run,
};

type Program = 'api' | 'worker';

async function run(context: AreaContext): Promise<AreaResult> {
  const { directory, random } = context;
  const scene = await openScene(directory);
  try {
    const team = teamOf(scene);
    await Promise.all((['api', 'api', 'worker', 'worker'] as const).map(team.add));
    const { merchants } = scene.programme;
    const [ofJobs = '', ...ofWriters] = merchants.toReversed();
    await scene.postgres.query('update merchants set confirmation_days = 0 where id = $1', [ofJobs]);
    const clerk = { ...scene, programme: { ...scene.programme, merchants: ofWriters.toReversed() } };
    const target = () => team.oneReady('api', random)?.url;
    const writers = startWriters(clerk, { random, target, pause_ms: 20 });
    const due = reportDuePurchases(scene, {
      random,
      target,
      merchantId: ofJobs,
      merchantNumber: merchants.length,
    });

    const seconds = scaled(context, SECONDS, 16);
    const ends = performance.now() + seconds * 1_000;
    let kills = 0;
    while (performance.now() < ends) {
      await sleep(KILL_EVERY_MS);
      if (await team.killOne(random)) kills += 1;
    }
    await due.stop();
    await writers.stop();
    const unconfirmed = async () => {
      const [row] = await scene.postgres.query<{ count: string }>(
        `select count(*) from purchases where merchant_id = $1 and status = 'pending'`,
        [ofJobs],
      );
      return Number(row?.count);
    };
    await until(async () => (await unconfirmed()) === 0, { patience_ms: 120_000, pause_ms: 250 }).catch(
      () => undefined,
    );
    team.rest();

    const { acknowledged, internalErrors } = writers.counts();
    return {
      figures: [
        { name: 'kills', value: kills, goal: { atLeast: Math.floor((seconds * 1_000) / KILL_EVERY_MS / 2) } },
        { name: 'acknowledged', value: acknowledged },
        { name: 'confirmed by the job', value: await confirmedBy(scene, ofJobs), goal: { atLeast: 1 } },
        { name: 'not confirmed by the job', value: await unconfirmed(), goal: { exactly: 0 } },
        {
          name: 'latest job',
          value: await latestJob_s(scene, ofJobs),
          unit: 's',
          goal: { atMost: LATE_BY_AT_MOST_S },
        },
        { name: 'answers with 500', value: internalErrors, goal: { exactly: 0 } },
      ],
      violations: [
        ...team.violations(),
        ...scene.unwantedExits(),
        ...writers.violations(),
        ...(await scene.compare()),
      ],
    };
  } finally {
    await scene.close();
  }
}

/** Runs processes of both programs. A killed process is restarted immediately. */
function teamOf(scene: Scene) {
  const ready = new Map<PlatformProcess, Program>();
  const violations: string[] = [];
  let resting = false;

  async function add(program: Program): Promise<void> {
    const process = await scene.start({ program, environment: { RUN_JOBS: 'false' } });
    await process.ready();
    ready.set(process, program);
  }

  async function replace(program: Program): Promise<void> {
    try {
      await add(program);
    } catch (error) {
      if (!resting) violations.push(String(error));
    }
  }

  return {
    add,
    oneReady: (program: Program, random: () => number) => {
      const running = [...ready].filter(([, of]) => of === program).map(([process]) => process);
      return running.length === 0 ? undefined : oneOf(random, running);
    },
    /** Returns false if no process is ready. */
    killOne: async (random: () => number) => {
      if (ready.size === 0) return false;
      const [process, program] = oneOf(random, [...ready]);
      ready.delete(process);
      await process.kill();
      void replace(program);
      return true;
    },
    rest: () => {
      resting = true;
    },
    violations: () => violations,
  };
}

/** Reports purchases that are due immediately, so that the job confirms them at its next run. */
function reportDuePurchases(
  scene: Scene,
  options: {
    readonly random: () => number;
    readonly target: () => string | undefined;
    readonly merchantId: string;
    readonly merchantNumber: number;
  },
) {
  const { random, target, merchantId, merchantNumber } = options;
  let stopping = false;

  async function report(): Promise<void> {
    while (!stopping) {
      await sleep(200);
      const url = target();
      if (url === undefined) continue;
      const cents = 1_000 + Math.floor(random() * 1_000);
      await perform(scene, url, {
        kind: 'purchase',
        externalId: randomUUID(),
        userId: oneOf(random, scene.programme.users),
        merchantId,
        cents,
        rewardCents: rewardOf(cents, rewardPercent(merchantNumber)),
        isConfirmedByJob: true,
      });
    }
  }

  const reporting = report();
  return {
    stop: () => {
      stopping = true;
      return reporting;
    },
  };
}

async function confirmedBy(scene: Scene, merchantId: string): Promise<number> {
  const [row] = await scene.postgres.query<{ count: string }>(
    `select count(*) from purchases where merchant_id = $1 and status = 'confirmed'`,
    [merchantId],
  );
  return Number(row?.count);
}

/** The delay of the latest confirmation after its minute. */
async function latestJob_s(scene: Scene, merchantId: string): Promise<number> {
  const rows = await scene.postgres.query<{ created: string; settled: string }>(
    `select extract(epoch from created_at) * 1000 as created,
       extract(epoch from coalesce(confirmed_at, now())) * 1000 as settled
     from purchases where merchant_id = $1`,
    [merchantId],
  );
  const late_ms = rows.map(({ created, settled }) => {
    const due = Math.ceil(Number(created) / SCHEDULE_MS) * SCHEDULE_MS;
    return Number(settled) - due;
  });
  return Math.max(0, ...late_ms) / 1_000;
}
