import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getCallSites } from 'node:util';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { PROJECT_DIRECTORY } from '../../src/config.ts';

export type RegisteredRoute = {
  readonly method: string;
  readonly path: string;
  readonly access: readonly string[];
  readonly scope: string | undefined;
  readonly permission: string | undefined;
  /** The file that registered it; in the project, with `/` between folders. */
  readonly file: string;
};

/** Runs `start`, and returns the routes that files of src/ register with Fastify meanwhile. */
export async function registeredRoutes(start: () => Promise<void>): Promise<readonly RegisteredRoute[]> {
  const routes: RegisteredRoute[] = [];
  const onRoute = ({ method, url, config }: RouteOptions) => {
    const file = registeringFile();
    if (file === undefined) return;
    const access = config?.access === undefined ? [] : [config.access].flat();
    for (const name of [method].flat().filter((each) => each !== 'HEAD'))
      routes.push({
        method: name,
        path: url.replaceAll(/:(\w+)/g, '{$1}'),
        access,
        scope: config?.scope,
        permission: config?.permission,
        file,
      });
  };
  const onServer = (message: unknown) =>
    (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', onRoute);
  subscribe('fastify.initialization', onServer);
  try {
    await start();
  } finally {
    unsubscribe('fastify.initialization', onServer);
  }
  return routes;
}

/** Fastify calls its hooks while a route is being registered, so that the caller is on the stack. */
function registeringFile(): string | undefined {
  return getCallSites(30)
    .filter(({ scriptName }) => scriptName.startsWith('file:'))
    .map(({ scriptName }) => relative(PROJECT_DIRECTORY, fileURLToPath(scriptName)))
    .find((file) => file.startsWith('src/'));
}
