/*
 * Loaded before the platform. Shifts its clock by the milliseconds in CLOCK_SHIFT_FILE, which is read repeatedly. Timers are
 * not affected, as when the clock of a machine is set.
 */
import { readFileSync } from 'node:fs';

const RealDate = Date;
const realInstant = Temporal.Now.instant.bind(Temporal.Now);
const file = process.env.CLOCK_SHIFT_FILE ?? '';
let shift_ms = readShift();
setInterval(() => {
  shift_ms = readShift();
}, 50).unref();

function readShift(): number {
  return Number(readFileSync(file, 'utf8'));
}

class ShiftedDate extends RealDate {
  constructor(...values: readonly unknown[]) {
    if (values.length === 0) super(RealDate.now() + shift_ms);
    else super(...(values as [number]));
  }

  static override now(): number {
    return RealDate.now() + shift_ms;
  }
}

const instant = () => realInstant().add({ milliseconds: shift_ms });
const zoned = (zone: Temporal.TimeZoneLike = Temporal.Now.timeZoneId()) => instant().toZonedDateTimeISO(zone);

globalThis.Date = ShiftedDate as DateConstructor;
Object.assign(Temporal.Now, {
  instant,
  zonedDateTimeISO: zoned,
  plainDateISO: (zone?: Temporal.TimeZoneLike) => zoned(zone).toPlainDate(),
  plainDateTimeISO: (zone?: Temporal.TimeZoneLike) => zoned(zone).toPlainDateTime(),
  plainTimeISO: (zone?: Temporal.TimeZoneLike) => zoned(zone).toPlainTime(),
});
