import { type Acknowledgements, openAcknowledgements } from './acknowledgements.ts';
import { compareBooks } from './books.ts';
import { openClient } from './client.ts';
import type { Clerk } from './operations.ts';
import { type PlatformOptions, type PlatformProcess, startPlatform } from './platform.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import { openProgramme, type Programme } from './programme.ts';
import { PRESENT, type Version } from './version.ts';

/** The set-up of most areas: a database with a programme, clients with a log, and processes on this database. */
export type Scene = Clerk & {
  readonly postgres: Postgres;
  readonly programme: Programme;
  readonly acknowledgements: Acknowledgements;
  /** Starts a process on the database, or with another URL of it. The process is killed when the scene closes. */
  readonly start: (options?: Partial<PlatformOptions>) => Promise<PlatformProcess>;
  /** The processes that ended unexpectedly after they were ready, with the end of their logs. */
  readonly unwantedExits: () => readonly string[];
  /** Compares the books. To be called when no request is in flight. */
  readonly compare: () => Promise<string[]>;
  readonly close: () => Promise<void>;
};

export async function openScene(
  directory: string,
  options: {
    readonly users?: number;
    readonly connections?: number;
    readonly settings?: Readonly<Record<string, string>>;
    /** The version that makes the database and runs on it, until a process of another one starts. */
    readonly version?: Version;
  } = {},
): Promise<Scene> {
  const { users = 200, connections = 64, settings, version = PRESENT } = options;
  const postgres = await startPostgres(directory, settings, version);
  const programme = await openProgramme(postgres.url, { users }, version);
  const acknowledgements = openAcknowledgements(directory);
  const client = openClient({ connections });
  const running = new Set<PlatformProcess>();
  const unwantedExits: string[] = [];

  async function start(own: Partial<PlatformOptions> = {}): Promise<PlatformProcess> {
    const started = await startPlatform({
      // An older version serves as the owner, and a newer one migrates after it.
      databaseUrl: version === PRESENT ? postgres.servingUrl : postgres.url,
      secrets: programme.secrets,
      directory,
      ...own,
    });
    running.add(started);
    let wasReady = false;
    void started.ended.then(({ code, signal, wanted }) => {
      running.delete(started);
      if (wasReady && !wanted)
        unwantedExits.push(`${started.name} exited unexpectedly with ${code ?? signal}:\n${started.log()}`);
    });
    const ready = async () => {
      await started.ready();
      wasReady = true;
    };
    return { ...started, ready };
  }

  async function close(): Promise<void> {
    await Promise.all([...running].map((process) => process.kill()));
    client.close();
    acknowledgements.close();
    await postgres.stop();
  }

  return {
    postgres,
    programme,
    acknowledgements,
    client,
    start,
    unwantedExits: () => unwantedExits,
    compare: () => compareBooks({ postgres, programme, acknowledgements }),
    close,
  };
}
