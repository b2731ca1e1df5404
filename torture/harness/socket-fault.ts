/** The input of socket-faults.ts. */
export type SocketFault = {
  readonly code: string;
  readonly errno: number | undefined;
  /** `nowhere`: from now on everything works. */
  readonly where: 'commit' | 'connect' | 'nowhere';
};

/** The port of the sockets that get the faults. */
export const FAULTY_PORT_VARIABLE = 'TORTURE_FAULTY_PORT';
