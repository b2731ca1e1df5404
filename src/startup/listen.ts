import type { HttpServer } from '../core/http/route.ts';
import { StartupError } from '../core/startup-error.ts';

/** Opens the port. @throws StartupError when it cannot be had. */
export async function listen(
  server: HttpServer,
  { host, port }: { host: string; port: number },
): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'EADDRINUSE':
        throw new StartupError(
          `Port ${port} is taken: stop what listens there, or choose another with PORT.`,
        );
      case 'EACCES':
        throw new StartupError(
          `Port ${port} takes more rights than this user has: choose one above 1023 with PORT.`,
        );
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        throw new StartupError(`HOST ${host} is no address of this machine.`);
      default:
        throw error;
    }
  }
}
