import type { DatabaseServer } from '../database-server.ts';
import { runLoad } from '../load/index.ts';
import type { Buying, ClosedLoop, LoadResult, OpenLoop, Scenario } from '../load/plan.ts';
import { fastest, type Measurement, ofName } from '../measurement.ts';
import type { Measure } from '../measuring.ts';
import type { Api } from '../platform.ts';
import type { Programme, SeededProgramme } from '../programme.ts';

/** The context of every section of a run. */
export type Bench = {
  /** That a measurement takes. */
  readonly seconds: number;
  /** Some take minutes then. */
  readonly long: boolean;
  readonly database: DatabaseServer;
  readonly programme: SeededProgramme;
  /** Starts and warms up another process. Defaults to the platform. */
  readonly startApi: (
    program?: 'src/main.ts' | 'bench/unbatched.ts',
    environment?: Readonly<Record<string, string>>,
  ) => Promise<Api>;
  readonly measure: Measure;
  /** So far. */
  readonly measurements: readonly Measurement[];
};

export type Section = {
  readonly name: string;
  /** The section that it is compared with. */
  readonly needs?: string;
  readonly run: (bench: Bench, api: Api) => Promise<void>;
};

const DAYS = 28;
/** A process is not measured before it has seen some load. */
const WARM_UP = { connections: 32, seconds: 2 };
let named = 0;

export type BuyingOptions = Partial<Pick<Buying, 'users' | 'namesOrders'>>;

/** Purchases of four weeks with unused external ids. Defaults to all shoppers. */
export function buying(programme: Programme, options: BuyingOptions = {}): Buying {
  const { partnerKey, users, merchants } = programme;
  named += 1;
  return {
    partnerKey,
    users,
    merchants,
    days: DAYS,
    // No name is a prefix of another.
    name: `bench-${Date.now()}-${process.pid}-${named}-purchase`,
    ...options,
  };
}

export function send(
  apis: readonly Api[],
  scenario: Scenario,
  pace: ClosedLoop | OpenLoop,
): Promise<LoadResult> {
  return runLoad({ urls: apis.map(({ url }) => url), scenario, pace });
}

export async function warmUp(api: Api, programme: Programme): Promise<void> {
  await send([api], { kind: 'purchases', ...buying(programme) }, WARM_UP);
}

/** The best rate of single purchases, and its number of connections. */
export function peakOf({ measurements }: Pick<Bench, 'measurements'>): {
  perSecond: number;
  connections: number;
} {
  const peak = fastest(ofName(measurements, 'single'));
  if (peak === undefined) throw new Error('single purchases were not measured');
  return { perSecond: peak.perSecond, connections: Number.parseInt(peak.load, 10) };
}

export function inWords(connections: number): string {
  return connections === 1 ? '1 connection' : `${connections} connections`;
}
