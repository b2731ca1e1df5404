import { NoDatabaseError, StartupError } from '../core/startup-error.ts';

/** Runs a command. Exits with 2 if there is no database for it, and with 1 if it fails. */
export async function run(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    report(error);
    process.exit(error instanceof NoDatabaseError ? 2 : 1);
  }
}

/** Prints one sentence for an error that the operator can correct, and the stack for a defect. */
export function report(error: unknown): void {
  console.error(error instanceof StartupError ? error.message : error);
}
