/** A full map is cleared completely: deleting its oldest entries would get slower with each one. */
const MAX_TOTALS = 50_000;

/** Sums of the present day (UTC), by name. Each process has its own, and begins with nothing. */
export function dailyTotals() {
  let day = '';
  const totals = new Map<string, bigint>();

  /** Adds to a total of the day, and returns what it comes to. */
  return function add(name: string, amount: bigint, today: string): bigint {
    if (today !== day || totals.size >= MAX_TOTALS) totals.clear();
    day = today;
    const total = (totals.get(name) ?? 0n) + amount;
    totals.set(name, total);
    return total;
  };
}
