import pg from 'pg';
import { answerParent } from '../child.ts';
import { tally } from '../load/tally.ts';
import { type CeilingPlan, DRAWN, DRAWN_PURCHASE } from './index.ts';

const RECORDED = { status: 201, purchases: 1, done: 1, hasRetryAfter: false };

answerParent(async ({ url, clients, seconds }: CeilingPlan) => {
  const names = Object.keys(DRAWN);
  const text = DRAWN_PURCHASE.replaceAll(/(?<!:):([a-z]+)/g, (_, name) => `$${names.indexOf(name) + 1}`);
  const connections = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  const counted = tally();
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    connections.map(async (client) => {
      for (let since = performance.now(); since < end; since = performance.now()) {
        const values = Object.values(DRAWN).map((most) => 1 + Math.floor(Math.random() * most));
        await client.query({ name: 'purchase', text, values });
        counted.count(RECORDED, since);
      }
    }),
  );
  const result = counted.result();
  await Promise.all(connections.map((client) => client.end()));
  return result;
});
