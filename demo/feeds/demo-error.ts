/** The reason why the demo cannot continue, in one sentence. `main` prints it and exits with 1. */
export class DemoError extends Error {
  override name = 'DemoError';
}
