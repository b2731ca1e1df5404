/* What a person chose for this browser. Nothing here is personal data. */

export type Theme = 'light' | 'dark' | 'system';
export type Density = 'normal' | 'compact';

const THEME = 'cnb-theme';
const DENSITY = 'cnb-density';
const SHORTCUTS = 'cnb-shortcuts';

export function themeChoice(): Theme {
  const theme = localStorage.getItem(THEME);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(THEME);
  else localStorage.setItem(THEME, theme);
  showPreferences();
}

export function densityChoice(): Density {
  return localStorage.getItem(DENSITY) === 'compact' ? 'compact' : 'normal';
}

export function chooseDensity(density: Density): void {
  localStorage.setItem(DENSITY, density);
  showPreferences();
}

/** Whether single keys such as `j` act. Off for people who dictate. */
export function hasShortcuts(): boolean {
  return localStorage.getItem(SHORTCUTS) !== 'off';
}

export function switchShortcuts(on: boolean): void {
  localStorage.setItem(SHORTCUTS, on ? 'on' : 'off');
}

/** Writes the choices to the root element, where the style sheet reads them. */
export function showPreferences(root: HTMLElement = document.documentElement): void {
  const theme = themeChoice();
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
  root.dataset.density = densityChoice();
}
