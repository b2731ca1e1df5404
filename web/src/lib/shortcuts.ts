/* Keys of the console. Single keys can be switched off for people who dictate; ⌘K and Esc always act. */

/** `g` and one of these opens a page. */
export const GO_KEYS: Readonly<Record<string, string>> = {
  o: '/',
  p: '/purchases',
  r: '/refusals',
  h: '/holds',
  y: '/payouts',
  s: '/shoppers',
  m: '/merchants',
  f: '/offers',
  n: '/partners',
  b: '/books',
  a: '/audit',
};

export type Key = {
  readonly key: string;
  readonly hasModifier: boolean;
  /** The focus is where letters are typed. */
  readonly isTyping: boolean;
};

export type KeyAction =
  | { readonly kind: 'search' | 'filter' | 'next' | 'previous' | 'select' | 'help' }
  | { readonly kind: 'go'; readonly to: string };

/** What a key does after the previous one. Undefined if nothing. */
export function actionOf(
  { key, hasModifier, isTyping }: Key,
  previous: string | undefined,
  singleKeys: boolean,
): KeyAction | undefined {
  if (hasModifier) return key.toLowerCase() === 'k' ? { kind: 'search' } : undefined;
  if (isTyping || !singleKeys) return undefined;
  const to = previous === 'g' ? GO_KEYS[key] : undefined;
  if (to !== undefined) return { kind: 'go', to };
  const kinds = { '/': 'filter', j: 'next', k: 'previous', x: 'select', '?': 'help' } as const;
  const kind = kinds[key as keyof typeof kinds];
  return kind === undefined ? undefined : { kind };
}
