import pg from 'pg';
import { answerParent } from '../child.ts';
import { type OpenCaller, runLoop } from '../load/pace.ts';
import { type CeilingPlan, DRAWN, DRAWN_PURCHASE } from './index.ts';

const RECORDED = { status: 201, purchases: 1, done: 1, hasRetryAfter: false };

const NAMES = Object.keys(DRAWN);
const STATEMENT = DRAWN_PURCHASE.replaceAll(/(?<!:):([a-z]+)/g, (_, name) => `$${NAMES.indexOf(name) + 1}`);

answerParent(({ url, pace }: CeilingPlan) => runLoop(databaseCallers(url), pace, draw));

/** Each client prepares the SQL on its own connection. An error of the database ends the run. */
function databaseCallers(url: string): OpenCaller<number[]> {
  return () => {
    const client = new pg.Client({ connectionString: url });
    return {
      connect: async () => {
        await client.connect();
      },
      send: async (values) => {
        await client.query({ name: 'purchase', text: STATEMENT, values });
        return RECORDED;
      },
      close: () => client.end(),
    };
  };
}

function draw(): number[] {
  return Object.values(DRAWN).map((most) => 1 + Math.floor(Math.random() * most));
}
