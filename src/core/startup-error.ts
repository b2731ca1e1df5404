/** Why a program cannot start, in one sentence that is printed without a stack. Exits with 1. */
export class StartupError extends Error {
  override name = 'StartupError';
}

/** There is no database to work with. A command exits with 2, so that 1 keeps meaning that its work failed. */
export class NoDatabaseError extends StartupError {
  override name = 'NoDatabaseError';
}
