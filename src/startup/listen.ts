import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { type Config, urlOf } from '../config.ts';
import { freePort } from '../core/free-port.ts';
import type { HttpServer } from '../core/http/route.ts';
import type { Logger } from '../core/observability/logging.ts';
import { StartupError } from '../core/startup-error.ts';

type Address = { readonly host: string; readonly port: number };

/** The names of the settings for an address, used in error messages. */
type Settings = { readonly host: string; readonly port: string };

/**
 * Replaces port 0 in the configuration by a free port. The port must be known before the platform is created, because the
 * API reference contains the address of the platform.
 */
export async function withRealPort(config: Config): Promise<Config> {
  if (config.port !== 0) return config;
  const { host } = config;
  const port = await freePort(host).catch((error) => {
    throw asStartupError(error, { host, port: 0 }, { host: 'HOST', port: 'PORT' });
  });
  const publicUrl = config.publicUrl === urlOf(host, 0) ? urlOf(host, port) : config.publicUrl;
  return { ...config, port, publicUrl };
}

/** Opens the port. @throws StartupError if that is not possible. */
export async function listen(
  server: HttpServer,
  address: Address,
  settings: Settings = { host: 'HOST', port: 'PORT' },
): Promise<void> {
  try {
    await server.listen({ host: address.host, port: address.port });
  } catch (error) {
    throw asStartupError(error, address, settings);
  }
}

/**
 * Opens the port for metrics. If another process of the platform uses the default port, takes any free port.
 * @throws StartupError if a configured port cannot be opened.
 */
export async function listenForMetrics(
  server: Server | undefined,
  { host, port, isPortChosen }: Config['metrics'],
  logger: Logger,
): Promise<void> {
  if (server === undefined || port === undefined) return;
  try {
    await open(server, { host, port });
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!isTaken || isPortChosen)
      throw asStartupError(error, { host, port }, { host: 'METRICS_HOST', port: 'METRICS_PORT' });
    await open(server, { host, port: 0 });
  }
  logger.info({ address: server.address() }, 'metrics are served');
}

async function open(server: NetServer, { host, port }: Address): Promise<void> {
  server.listen({ host, port });
  await once(server, 'listening');
}

function asStartupError(error: unknown, { host, port }: Address, settings: Settings): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new StartupError(
        `Port ${port} is taken: stop what listens there, or choose another with ${settings.port}.`,
      );
    case 'EACCES':
      return new StartupError(
        `Port ${port} takes more rights than this user has: choose one above 1023 with ${settings.port}.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartupError(`${settings.host} ${host} is no address of this machine.`);
    default:
      return error;
  }
}
