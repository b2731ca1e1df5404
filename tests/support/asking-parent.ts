import { childOf } from '../../bench/child.ts';

/** Asks once, and has nothing else to stay for. */
const ask = childOf<{ dies: boolean }, { pid: number }>(`${import.meta.dirname}/answering-child.ts`);
const { pid } = await ask({ dies: false });
process.stdout.write(`${pid}\n`);
