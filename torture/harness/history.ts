/*
 * Checks whether the history of one wallet is linearizable: each operation must have happened at one moment between its
 * request and its response. The journal contains the order of all changes, so no order must be guessed. The order is
 * compared with real time. Each balance that was read or was too small is compared with the entries around it.
 */

export type Event = {
  readonly name: string;
  readonly kind: 'credit' | 'debit' | 'payout' | 'read';
  /** Unique per wallet: the amount identifies the entry of a change. 0 for a read. */
  readonly cents: number;
  readonly invoked: number;
  readonly answered: number;
  readonly outcome: 'done' | 'refused' | 'nothing' | 'unknown';
  /** The balances in the response to a read or an adjustment. */
  readonly balances?: Balances | undefined;
};

export type Balances = { readonly available: number; readonly paid: number };

export type Entry = {
  readonly kind: 'credit' | 'debit' | 'payout';
  readonly cents: number;
  readonly after: Balances;
};

/** Returns one sentence for each reason why the history is not linearizable. `initial` are the balances before it. */
export function contradictionsOf(
  events: readonly Event[],
  entries: readonly Entry[],
  initial: Balances,
): string[] {
  const states = [initial, ...entries.map(({ after }) => after)];
  const changes = events.filter(({ kind }) => kind !== 'read');
  const positions = new Map<Event, number>();
  const contradictions: string[] = [];

  for (const [index, entry] of entries.entries()) {
    const event = changes.find(({ kind, cents }) => kind === entry.kind && cents === entry.cents);
    if (event === undefined) contradictions.push(`a ${entry.kind} of ${entry.cents} was never requested`);
    else if (positions.has(event)) contradictions.push(`${event.name} took effect twice`);
    else positions.set(event, index + 1);
  }
  for (const event of changes) {
    const position = positions.get(event);
    if (event.outcome === 'done' && position === undefined)
      contradictions.push(`${event.name} was acknowledged and took no effect`);
    if ((event.outcome === 'refused' || event.outcome === 'nothing') && position !== undefined)
      contradictions.push(`${event.name} was refused and took effect`);
    const { balances } = event;
    if (balances !== undefined && position !== undefined && !isSame(states[position], balances))
      contradictions.push(
        `${event.name} returned ${inWords(balances)}, its entry says ${inWords(states[position])}`,
      );
  }
  contradictions.push(...outOfOrder(positions));
  contradictions.push(...unplaceable(events.filter(isObservation), positions, states));
  return contradictions;
}

/** Finds changes whose order in the journal contradicts real time: the response to one came before the other was sent. */
function outOfOrder(positions: ReadonlyMap<Event, number>): string[] {
  const contradictions: string[] = [];
  /** The earliest response of all changes that are later in the journal. */
  let earliest: Event | undefined;
  for (const [event] of [...positions].sort(([, one], [, other]) => other - one)) {
    if (earliest !== undefined && earliest.answered < event.invoked)
      contradictions.push(
        `${event.name} began after ${earliest.name} was answered, and comes before it in the journal`,
      );
    if (event.outcome === 'done' && (earliest === undefined || event.answered < earliest.answered))
      earliest = event;
  }
  return contradictions;
}

/**
 * Finds observations that no state between their possible entries explains. Each observation is placed at the earliest
 * possible state, which leaves the most choices for later observations.
 */
function unplaceable(
  observations: readonly Event[],
  positions: ReadonlyMap<Event, number>,
  states: readonly Balances[],
): string[] {
  const contradictions: string[] = [];
  const placed: { readonly event: Event; readonly position: number }[] = [...positions].map(
    ([event, position]) => ({
      event,
      position,
    }),
  );
  for (const observation of observations.toSorted((one, other) => one.invoked - other.invoked)) {
    let first = 0;
    let last = states.length - 1;
    for (const { event, position } of placed) {
      if (event.outcome !== 'unknown' && event.answered < observation.invoked)
        first = Math.max(first, position);
      if (event.kind !== 'read' && event.outcome !== 'refused' && observation.answered < event.invoked)
        last = Math.min(last, position - 1);
    }
    const position = states.findIndex(
      (state, index) => index >= first && index <= last && explains(state, observation),
    );
    if (position === -1)
      contradictions.push(
        `${observation.name} is explained by no state from ${first} to ${last} of ${states.length - 1}`,
      );
    else placed.push({ event: observation, position });
  }
  return contradictions;
}

/** True for refusals, which show that the balance was too small, and for reads, which show the balance. */
function isObservation({ kind, outcome }: Event): boolean {
  return outcome === 'refused' || (kind === 'read' && outcome === 'done');
}

function explains(state: Balances, { kind, cents, balances }: Event): boolean {
  return kind === 'read' ? isSame(state, balances) : state.available < cents;
}

function isSame(one: Balances | undefined, other: Balances | undefined): boolean {
  return one?.available === other?.available && one?.paid === other?.paid;
}

function inWords(balances: Balances | undefined): string {
  return balances === undefined ? 'nothing' : `${balances.available} available and ${balances.paid} paid`;
}
