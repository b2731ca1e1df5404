import { memory } from './memory.ts';
import { mix } from './mix.ts';
import { overload } from './overload.ts';
import { batch, half, hot, lone, ordered, single, two } from './purchases.ts';
import { lists, login, wallet } from './reads.ts';
import type { Section } from './section.ts';
import { webhooks } from './webhooks.ts';

/** In the order in which they are measured. The ceiling comes before and after them all. */
export const SECTIONS: readonly Section[] = [
  lone,
  single,
  ordered,
  half,
  // Next to the peak that it is compared with: a purchase costs more in a larger database.
  overload,
  batch,
  hot,
  mix,
  wallet,
  lists,
  login,
  memory,
  webhooks,
  two,
];
