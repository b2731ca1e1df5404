import { useState } from 'react';
import { ApiError } from '#app/client.ts';
import { Form } from '#app/form.tsx';
import { useApiForm } from '#app/use-api-form.ts';
import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { Checkbox } from '#ui/checkbox.tsx';
import { Combobox } from '#ui/combobox.tsx';
import { DateRange } from '#ui/date-range.tsx';
import { FilterBar } from '#ui/filter-bar.tsx';
import { MoneyField } from '#ui/money-field.tsx';
import { Select } from '#ui/select.tsx';
import { TextArea } from '#ui/text-area.tsx';
import { TextField } from '#ui/text-field.tsx';

const SHOPS = ['Corner Books', 'Fresh Basket', 'Northwind Outdoor'];

export function Fields() {
  const [typed, setTyped] = useState('');
  const [days, setDays] = useState<object>({ from: '2026-11-01', to: '2026-11-26' });
  const form = useApiForm({
    defaultValues: { email: '', amount: '12.50', reason: '' },
    submit: async () => {
      throw new ApiError(
        {
          code: 'VALIDATION_ERROR',
          message: 'The request is not valid.',
          details: {
            violations: [
              { field: 'amount', reason: 'must be at least 20.00' },
              { field: 'elsewhere', reason: 'The day is over.' },
            ],
          },
        },
        { request: 'POST /x', status: 422, requestId: 'r-1', attempts: 1 },
      );
    },
  });
  return (
    <Card title="Fields">
      <div className="grid gap-6">
        <Form form={form}>
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField label="Email address" type="email" {...form.field('email', { required: true })} />
            <MoneyField label="Amount" currency="EUR" hint="At least 10.00 €" {...form.field('amount')} />
            <TextArea label="Reason" optional {...form.field('reason')} />
            <Select
              label="State"
              error="Choose one."
              options={SHOPS.map((shop) => ({ value: shop, label: shop }))}
            />
            <TextField label="Order" defaultValue="demo-order-3" disabled />
            <Checkbox label="Single keys act" defaultChecked />
            <Checkbox label="Some of them" partial />
          </div>
          <div>
            <Button type="submit" kind="primary">
              Send
            </Button>
          </div>
        </Form>
        <Combobox
          label="Find a shop"
          text={typed}
          onType={setTyped}
          onChoose={setTyped}
          keys="⌘ K"
          note={typed === '' ? undefined : 'Shops whose names have these letters.'}
          groups={[
            {
              label: 'Shops',
              options: SHOPS.filter(
                (shop) => typed !== '' && shop.toLowerCase().includes(typed.toLowerCase()),
              ).map((shop) => ({ id: shop, content: shop })),
            },
          ].filter(({ options }) => options.length > 0)}
        />
        <FilterBar active={1} onClear={() => setDays({})}>
          <DateRange value={days} onChange={setDays} />
        </FilterBar>
      </div>
    </Card>
  );
}
