/** The input of socket-faults.ts. */
export type SocketFault = {
  readonly code: string;
  readonly errno: number | undefined;
  /** `nowhere` means that everything works from now on. */
  readonly where: 'commit' | 'connect' | 'nowhere';
};

/** The port of the sockets that get the faults. */
export const FAULTY_PORT_VARIABLE = 'TORTURE_FAULTY_PORT';
