import { Amount } from '#ui/amount.tsx';
import { ChartFrame } from '#ui/chart-frame.tsx';
import { Figure } from '#ui/figure.tsx';

export function Figures() {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Figure
          label="Owed"
          value={<Amount value="1234.50" currency="EUR" />}
          detail="77 purchases"
          to="/purchases"
        />
        <Figure
          label="Owed to us"
          value={<Amount value="-12.00" currency="EUR" />}
          detail="1 shopper"
          alert
          to="/shoppers"
        />
      </div>
      <ChartFrame
        title="Cashback per day"
        series={[
          { name: 'Recorded', pattern: 'solid' },
          { name: 'Confirmed', pattern: 'stripes' },
        ]}
        chart={<p>The bars stand here.</p>}
        table={<p className="p-5">The numbers stand here.</p>}
      />
    </>
  );
}
