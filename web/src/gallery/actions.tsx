import { Button } from '#ui/button.tsx';
import { Card } from '#ui/card.tsx';
import { ButtonLink, Link } from '#ui/link.tsx';
import { LinkTabs } from '#ui/link-tabs.tsx';
import { Menu } from '#ui/menu.tsx';
import { NavLink } from '#ui/nav-link.tsx';

export function Actions() {
  return (
    <Card title="Actions">
      <div className="grid gap-4">
        <div className="flex flex-wrap gap-2">
          <Button kind="primary">Withdraw</Button>
          <Button icon="download">Download CSV</Button>
          <Button kind="danger">Reverse…</Button>
          <Button kind="quiet" icon="cross">
            Clear filters
          </Button>
          <Button kind="primary" busy>
            Withdraw
          </Button>
          <Button aria-disabled>Not now</Button>
          <ButtonLink to="/" kind="primary" icon="arrow">
            Next page
          </ButtonLink>
        </div>
        <p>
          A sentence with <Link to="/">a link</Link> and{' '}
          <Link plain to="/">
            a plain one
          </Link>
          .
        </p>
        <LinkTabs
          label="Views"
          tabs={[
            { label: 'Purchases', place: { to: '/' }, isCurrent: true },
            { label: 'Journal', place: { to: '/' }, isCurrent: false },
            { label: 'Payouts', place: { to: '/' }, isCurrent: false },
          ]}
        />
        <div className="flex flex-wrap items-center gap-4">
          <Menu
            label="More"
            icon="more"
            groups={[
              [
                { label: 'Send a password link', onSelect: () => undefined },
                { label: 'Deactivate', onSelect: () => undefined, disabled: true },
              ],
              {
                label: 'Theme',
                value: 'light',
                onChoose: () => undefined,
                options: [
                  { value: 'light', label: 'Light' },
                  { value: 'dark', label: 'Dark' },
                ],
              },
            ]}
          />
          <nav aria-label="Main" className="w-40">
            <NavLink to="/" exact icon="home">
              Home
            </NavLink>
            <NavLink to="/activity" icon="list">
              Activity
            </NavLink>
          </nav>
        </div>
      </div>
    </Card>
  );
}
