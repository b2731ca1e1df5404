import type { Area } from '../area.ts';
import { access } from './access.ts';
import { books } from './books.ts';
import { crash } from './crash.ts';
import { feed } from './feed.ts';
import { fuzz } from './fuzz.ts';
import { honesty } from './honesty.ts';
import { idempotency } from './idempotency.ts';
import { isolation } from './isolation.ts';
import { model } from './model.ts';
import { network } from './network.ts';
import { overload } from './overload.ts';
import { processes } from './processes.ts';
import { shutdown } from './shutdown.ts';
import { slowClients } from './slow-clients.ts';
import { storm } from './storm.ts';
import { tampering } from './tampering.ts';
import { time } from './time.ts';
import { unknownOutcome } from './unknown-outcome.ts';
import { upgrade } from './upgrade.ts';
import { webhooks } from './webhooks.ts';

/** In the order of docs/reliability.md. */
export const AREAS: readonly Area[] = [
  crash,
  network,
  unknownOutcome,
  storm,
  idempotency,
  isolation,
  feed,
  books,
  tampering,
  model,
  fuzz,
  access,
  overload,
  slowClients,
  shutdown,
  processes,
  time,
  upgrade,
  webhooks,
  honesty,
];
