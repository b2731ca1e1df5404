import { type Area, type AreaContext, type AreaResult, scaled } from '../area.ts';
import { openAcknowledgements } from '../harness/acknowledgements.ts';
import { compareBooks } from '../harness/books.ts';
import { openClient } from '../harness/client.ts';
import { type Purchase, perform, performBatch, rewardOf } from '../harness/operations.ts';
import { startPlatform } from '../harness/platform.ts';
import { startPostgres } from '../harness/postgres.ts';
import { openProgramme, rewardPercent } from '../harness/programme.ts';
import { oneOf } from '../random.ts';

const EXIT_WITHIN_MS = 5_000;

export const shutdown: Area = {
  name: 'shutdown',
  title: 'SIGTERM under load: no write without its reply, exit within 5 s',
  run,
};

async function run(context: AreaContext): Promise<AreaResult> {
  const { directory, random } = context;
  const postgres = await startPostgres(directory);
  const programme = await openProgramme(postgres.url);
  const acknowledgements = openAcknowledgements(directory);
  const client = openClient();
  const api = await startPlatform({ databaseUrl: postgres.url, secrets: programme.secrets, directory });
  await api.ready();
  const purchases = Array.from({ length: scaled(context, 200, 50) }, (_, index): Purchase => {
    const cents = 1_000 + index;
    return {
      kind: 'purchase',
      externalId: `order-${index}`,
      userId: oneOf(random, programme.users),
      merchantId: programme.merchants[0] ?? '',
      cents,
      rewardCents: rewardOf(cents, rewardPercent(1)),
    };
  });
  const clerk = { client, programme, acknowledgements };
  await performBatch(clerk, api.url, purchases);
  for (const operation of purchases.slice(0, 5)) await perform(clerk, api.url, operation);
  const ending = await api.terminate();
  const violations = await compareBooks({ postgres, programme, acknowledgements });
  client.close();
  acknowledgements.close();
  await postgres.stop();
  return {
    figures: [
      { name: 'slowest exit', value: ending.ms, unit: 'ms', goal: { atMost: EXIT_WITHIN_MS } },
      { name: 'exits with another code than 0', value: ending.code === 0 ? 0 : 1, goal: { exactly: 0 } },
    ],
    violations,
  };
}
