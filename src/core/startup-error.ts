/** The reason why a program cannot start, in one sentence. It is printed without a stack, and the exit code is 1. */
export class StartupError extends Error {
  override name = 'StartupError';
}

/**
 * No database with the tables of this release is available. The exit code of a command is then 2, because 1 means that
 * the command itself failed.
 */
export class NoDatabaseError extends StartupError {
  override name = 'NoDatabaseError';
}
