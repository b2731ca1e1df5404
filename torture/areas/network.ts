import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Area, AreaContext, AreaResult } from '../area.ts';
import { everyError } from './network/errors.ts';
import { everyMessage } from './network/messages.ts';
import { badWeather } from './network/weather.ts';

export const network: Area = {
  name: 'network',
  title: 'a bad network between the platform and PostgreSQL',
  run,
};

const PARTS = { weather: badWeather, messages: everyMessage, errors: everyError };

async function run(context: AreaContext): Promise<AreaResult> {
  const results: AreaResult[] = [];
  for (const [name, part] of Object.entries(PARTS)) {
    const directory = join(context.directory, name);
    mkdirSync(directory, { mode: 0o755 });
    const { figures, violations } = await part({
      ...context,
      directory,
      say: (text) => context.say(`${name}: ${text}`),
    });
    results.push({
      figures: figures.map((figure) => ({ ...figure, name: `${name}: ${figure.name}` })),
      violations,
    });
  }
  return {
    figures: results.flatMap(({ figures }) => figures),
    violations: results.flatMap(({ violations }) => violations),
  };
}
