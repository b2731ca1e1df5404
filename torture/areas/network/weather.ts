import { setTimeout as sleep } from 'node:timers/promises';
import { type AreaContext, type AreaResult, scaled } from '../../area.ts';
import { openClient } from '../../harness/client.ts';
import { type PostgresProxy, startProxy, type Weather } from '../../harness/proxy.ts';
import { startReaders } from '../../harness/readers.ts';
import { watchReadiness } from '../../harness/readiness.ts';
import { openScene } from '../../harness/scene.ts';
import { until } from '../../harness/until.ts';
import { startWriters } from '../../harness/writers.ts';

const ANSWERS_WITHIN_MS = 15_000;
const NORMAL_WITHIN_MS = 5_000;
/** The limit for the return to normal. */
const HEALS_WITHIN_MS = 15_000;

type Storm = {
  readonly name: string;
  readonly weather: Weather;
  readonly seconds: number;
  /** True if nothing gets through, so readiness must fail. */
  readonly isTotal?: boolean;
  /** How often all connections are reset during the storm. */
  readonly resets?: number;
};

/** Longer than the deadline of a request, so that the deadline passes before the network heals. */
const SILENCE_SECONDS = 15;
const BOTH = ['toServer', 'toClient'] as const;

const STORMS: readonly Storm[] = [
  { name: 'latency', weather: { latency_ms: 200 }, seconds: 10 },
  { name: 'resets', weather: {}, seconds: 20, resets: 120 },
  { name: 'drip', weather: { drip: { bytes: 64, pause_ms: 2 } }, seconds: 15 },
  { name: 'refused', weather: { newConnections: 'are refused' }, seconds: 10, resets: 1, isTotal: true },
  { name: 'silent to the server', weather: { silent: ['toServer'] }, seconds: SILENCE_SECONDS },
  { name: 'silent to the client', weather: { silent: ['toClient'] }, seconds: SILENCE_SECONDS },
  { name: 'silent both ways', weather: { silent: BOTH }, seconds: SILENCE_SECONDS },
  {
    name: 'nothing to the server',
    weather: { silent: ['toServer'], newConnections: 'are silent' },
    seconds: SILENCE_SECONDS,
    isTotal: true,
  },
  {
    name: 'nothing to the client',
    weather: { silent: ['toClient'], newConnections: 'are silent' },
    seconds: SILENCE_SECONDS,
    isTotal: true,
  },
  {
    name: 'nothing at all',
    weather: { silent: BOTH, newConnections: 'are silent' },
    seconds: SILENCE_SECONDS,
    isTotal: true,
  },
];

/** Disturbs the network while writers and readers work, and checks the state after it has healed. */
export async function badWeather(context: AreaContext): Promise<AreaResult> {
  const { random, directory, say } = context;
  const scene = await openScene(directory);
  const proxy = await startProxy(scene.postgres.servingUrl);
  // Separate connections: readiness probes must not wait for other requests.
  const probes = openClient();
  try {
    const api = await scene.start({ databaseUrl: proxy.url });
    await api.ready();
    const readiness = watchReadiness(probes, api.url);
    const writers = startWriters(scene, { random, target: () => api.url, pause_ms: 20, keyless: 1 / 20 });
    const readers = startReaders(scene, { url: api.url, random });
    const noticed: number[] = [];
    const normal: number[] = [];
    const violations: string[] = [];

    for (const { name, weather, seconds, isTotal = false, resets = 0 } of chosen(context)) {
      await sleep(500);
      const began = performance.now();
      proxy.setWeather(weather);
      await resetRepeatedly(proxy, resets, seconds);
      await sleep(Math.max(0, began + seconds * 1_000 - performance.now()));
      const saidNo = readiness.firstSince(began, 'no');
      if (isTotal) noticed.push(saidNo ?? Number.POSITIVE_INFINITY);

      const healed = performance.now();
      proxy.setWeather({});
      await until(() => writers.lastSuccess() > healed && readiness.firstSince(healed, 'yes') !== undefined, {
        patience_ms: HEALS_WITHIN_MS,
      }).catch(() => violations.push(`${name}: nothing was normal long after the network had healed`));
      await sleep(NORMAL_WITHIN_MS + 1_000);
      const last = Math.max(writers.lastFailure() - healed, readiness.firstSince(healed, 'yes') ?? 60_000);
      normal.push(last);
      say(
        `${name}: readiness ${saidNo === undefined ? 'stayed' : `said no after ${Math.round(saidNo)} ms`}, ` +
          `normal ${Math.max(0, Math.round(last))} ms after healing, slowest answer ${Math.round(writers.counts().slowest_ms)} ms`,
      );
    }
    await Promise.all([writers.stop(), readers.stop()]);
    readiness.stop();

    for (const [status, count] of Object.entries(readers.unexpected()))
      violations.push(`${count} reads got status ${status}`);
    const { acknowledged, unknown, unanswered, internalErrors, slowest_ms } = writers.counts();
    return {
      figures: [
        { name: 'acknowledged', value: acknowledged },
        { name: 'unknown outcomes', value: unknown },
        {
          name: 'slowest answer',
          value: Math.max(slowest_ms, readers.slowest_ms()),
          unit: 'ms',
          goal: { atMost: ANSWERS_WITHIN_MS },
        },
        {
          name: 'slowest no of readiness',
          value: Math.max(0, ...noticed),
          unit: 'ms',
          goal: { atMost: ANSWERS_WITHIN_MS },
        },
        {
          name: 'normal after healing',
          value: Math.max(0, ...normal),
          unit: 'ms',
          goal: { atMost: NORMAL_WITHIN_MS },
        },
        { name: 'writes without an answer', value: unanswered, goal: { exactly: 0 } },
        { name: 'answers with 500', value: internalErrors, goal: { exactly: 0 } },
        { name: 'unexpected exits', value: scene.unwantedExits().length, goal: { exactly: 0 } },
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
    probes.close();
    await proxy.close();
  }
}

/** A small scale uses the fault that is hardest to detect: lookups hang, and everything else seems to work. */
function chosen(context: AreaContext): readonly Storm[] {
  const count = scaled(context, STORMS.length, 1);
  if (count === STORMS.length) return STORMS;
  const first = STORMS.filter(({ name }) => name === 'silent both ways');
  const others = STORMS.filter((storm) => !first.includes(storm));
  return [...first, ...others.slice(others.length - count + 1)];
}

async function resetRepeatedly(proxy: PostgresProxy, resets: number, seconds: number): Promise<void> {
  for (let done = 0; done < resets; done += 1) {
    proxy.reset();
    await sleep((seconds * 1_000) / (resets + 1));
  }
}
