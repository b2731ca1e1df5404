import { type Area, type AreaContext, type AreaResult, scaled } from '../area.ts';
import type { Verdict } from '../harness/lane.ts';
import { startProxy } from '../harness/proxy.ts';
import { openScene } from '../harness/scene.ts';
import { until } from '../harness/until.ts';
import type { Message } from '../harness/wire.ts';
import { startWriters } from '../harness/writers.ts';

const CUTS = 1_000;
/** The share of transactions that lose their connection at COMMIT. */
const CUT = 1 / 4;
const KEYLESS = 1 / 5;

export const unknownOutcome: Area = {
  name: 'unknown-outcome',
  title: 'connections cut after COMMIT was sent',
  run,
};

async function run(context: AreaContext): Promise<AreaResult> {
  const { random, directory } = context;
  const scene = await openScene(directory);
  const proxy = await startProxy(scene.postgres.servingUrl);
  try {
    const api = await scene.start({ databaseUrl: proxy.url });
    await api.ready();
    const cuts = scaled(context, CUTS, 60);
    let cut = 0;
    proxy.intercept((message) => {
      if (cut >= cuts || !message.isCommit || random() >= CUT / 2) return 'pass';
      cut += 1;
      return cutAfterSending(message, random);
    });
    const writers = startWriters(scene, { random, target: () => api.url, keyless: KEYLESS });
    await until(() => cut >= cuts, { patience_ms: 600_000 });
    await writers.stop();

    const repeated = scene.acknowledgements
      .entries()
      .filter(({ operation, unknown }) => unknown > 0 && operation.kind !== 'keyless payout');
    const { acknowledged, unknown, keylessUnknown, internalErrors } = writers.counts();
    return {
      figures: [
        { name: 'cuts', value: cut, goal: { atLeast: cuts } },
        { name: 'acknowledged', value: acknowledged },
        { name: 'reported as unknown outcome', value: unknown, goal: { atLeast: 1 } },
        {
          name: 'repeats answered with the original',
          value: repeated.filter(({ done }) => done !== undefined).length,
          goal: { exactly: repeated.length },
        },
        { name: 'reported so without a key', value: keylessUnknown, goal: { atLeast: 1 } },
        { name: 'answers with 500', value: internalErrors, goal: { exactly: 0 } },
        { name: 'unexpected exits', value: scene.unwantedExits().length, goal: { exactly: 0 } },
      ],
      violations: [...scene.unwantedExits(), ...writers.violations(), ...(await scene.compare())],
    };
  } finally {
    await scene.close();
    await proxy.close();
  }
}

/** A cut on the way to the server may lose COMMIT. A cut on the way back happens after COMMIT. */
function cutAfterSending({ direction }: Message, random: () => number): Verdict {
  return direction === 'toServer' && random() < 0.5 ? 'cut after' : 'cut before';
}
