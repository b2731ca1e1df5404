const CHARTS = ['a', 'b', 'c', 'd'];

export function ChartsSkeleton() {
  return (
    <div aria-hidden="true" className="grid gap-5 lg:grid-cols-2">
      {CHARTS.map((chart) => (
        <div key={chart} className="h-88 rounded-card border border-line bg-surface" />
      ))}
    </div>
  );
}
