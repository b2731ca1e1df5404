/* A process that takes up a run of the job `handed-on` and never ends it: a test kills it. */
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { openDatabase } from '../../src/core/database/index.ts';
import { jobRunner } from '../../src/core/jobs.ts';
import { createMetrics } from '../../src/core/observability/metrics.ts';

const runner = jobRunner({
  database: openDatabase({
    url: process.env.DATABASE_URL ?? '',
    maxConnections: 2,
    onLostConnection: () => undefined,
  }),
  metrics: createMetrics(),
  logger: pino({ level: 'silent' }),
  jobs: [
    {
      name: 'handed-on',
      schedule: '* * * * *',
      run: async function* () {
        process.stdout.write('took up the run');
        yield 1;
        await setTimeout(3_600_000);
      },
    },
  ],
});
await runner.start();
