import { StartupError } from '../core/startup-error.ts';

/** Runs a program. What it cannot start for is printed as one sentence, what nobody expected with its stack. */
export async function run(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof StartupError ? error.message : error);
    process.exit(1);
  }
}
