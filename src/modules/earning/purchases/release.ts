import { queueKey, type ReleaseQueue, type ReleaseRoom } from '../fraud/index.ts';
import { decidingSource, type Source } from './fold.ts';
import { PLATFORM } from './model.ts';

/*
 * Which rewards become available where a ceiling limits what does so on a day, and which wait. Pure: the rooms of the day
 * are locked and handed in. A queue without a room has no limit.
 */

/** `isWaited`: confirmed purchases wait in this queue. */
export type QueueRoom = ReleaseRoom & { readonly isWaited: boolean };

/** Whose day a reward counts in: that of the partner that decides, otherwise that of the platform. */
export function queueOf(sources: readonly Source[]): string {
  const decides = decidingSource(sources);
  return decides?.kind === 'partner' ? (decides.partnerId ?? decides.namespace) : PLATFORM;
}

/** The rooms, and what is left in them as a list of decisions uses them. A whole reward goes or waits. */
export function roomBook(given: readonly QueueRoom[]) {
  const rooms = new Map(given.map((room) => [queueKey(room), room]));

  function find(queue: ReleaseQueue): QueueRoom | undefined {
    return rooms.get(queueKey(queue));
  }

  function fits(queue: ReleaseQueue, amount: bigint): boolean {
    const room = find(queue);
    return room === undefined || amount === 0n || room.released + amount <= room.limit;
  }

  /** Counts a release, whether it fits or not. */
  function take(queue: ReleaseQueue, amount: bigint): void {
    const room = find(queue);
    if (room !== undefined) rooms.set(queueKey(queue), { ...room, released: room.released + amount });
  }

  function wait(queue: ReleaseQueue): void {
    const room = find(queue);
    if (room !== undefined) rooms.set(queueKey(queue), { ...room, isWaited: true });
  }

  /** Takes the room for a purchase that is confirmed. False: it joins the queue. None overtakes those that wait. */
  function admit(queue: ReleaseQueue, amount: bigint): boolean {
    const isFree = amount === 0n || (fits(queue, amount) && find(queue)?.isWaited !== true);
    if (isFree) take(queue, amount);
    else wait(queue);
    return isFree;
  }

  /**
   * Takes the room for the next purchase of the queue. The first one that does not fit stops the queue. One above the whole
   * limit fits no day: it waits until the limit is raised, and the others pass it.
   */
  function admitNext(queue: ReleaseQueue, amount: bigint): boolean {
    const room = find(queue);
    if (room !== undefined && amount > room.limit) return false;
    return admit(queue, amount);
  }

  return { find, fits, take, admit, admitNext, copy: () => roomBook([...rooms.values()]) };
}
