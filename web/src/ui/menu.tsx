import { DropdownMenu as Radix } from 'radix-ui';
import { Fragment, type ReactNode } from 'react';
import { Button } from './button.tsx';
import type { IconName } from './icon.tsx';

const ITEM =
  'flex min-h-9 cursor-pointer items-center gap-2 rounded-control px-3 outline-none data-highlighted:bg-sunken data-disabled:text-muted';

export type MenuAction = {
  readonly label: string;
  readonly onSelect: () => void;
  readonly disabled?: boolean;
};
export type MenuChoice = {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChoose: (value: string) => void;
};

export type MenuProps = {
  readonly label: ReactNode;
  readonly icon?: IconName;
  /** Actions and choices, in groups. */
  readonly groups: readonly (readonly MenuAction[] | MenuChoice)[];
};

/** Actions behind a button, with arrow keys and the first letters of their names. */
export function Menu({ label, icon, groups }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>
        <Button kind="quiet" icon={icon}>
          {label}
        </Button>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align="end"
          sideOffset={4}
          className="rise z-40 min-w-52 rounded-card border border-line bg-surface p-1 text-ink"
        >
          {groups.map((group, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: groups have no other identity and keep their order.
            <Fragment key={index}>
              {index > 0 && <Radix.Separator className="my-1 border-t border-line" />}
              {'options' in group ? (
                <Choice {...group} />
              ) : (
                group.map((action) => <Action key={action.label} {...action} />)
              )}
            </Fragment>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Action({ label, onSelect, disabled }: MenuAction) {
  return (
    <Radix.Item disabled={disabled} onSelect={onSelect} className={ITEM}>
      {label}
    </Radix.Item>
  );
}

function Choice({ label, value, options, onChoose }: MenuChoice) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChoose}>
      <Radix.Label className="px-3 pt-1 text-small text-muted">{label}</Radix.Label>
      {options.map((option) => (
        <Radix.RadioItem key={option.value} value={option.value} className={ITEM}>
          {option.label}
          <Radix.ItemIndicator className="ml-auto">✓</Radix.ItemIndicator>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}
