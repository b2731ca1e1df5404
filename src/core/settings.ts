import { StartupError } from './startup-error.ts';

/** One environment variable: its default, its parser, and its line in docs/configuration.md. */
export type Setting<Value> = {
  /** The value if the variable is not set. */
  readonly fallback: Value;
  /** @throws StartupError that names the variable and its allowed values. */
  readonly parse: (name: string, text: string) => Value;
  /** The columns of the documentation, in Markdown. */
  readonly shown: { readonly fallback: string; readonly values: string; readonly meaning: string };
};

type Settings = Readonly<Record<string, Setting<unknown>>>;

const code = (value: unknown) => `\`${value}\``;

export function text<const Fallback extends string | undefined>(
  fallback: Fallback,
  meaning: string,
  shown: { readonly fallback?: string; readonly values?: string } = {},
): Setting<string | Fallback> {
  return {
    fallback,
    parse: (_name, value) => value,
    shown: { fallback: shown.fallback ?? code(fallback), values: shown.values ?? 'text', meaning },
  };
}

/** A whole number within inclusive bounds. */
export function integer(
  fallback: number,
  bounds: { readonly from: number; readonly to: number },
  meaning: string,
): Setting<number> {
  const { from, to } = bounds;
  return {
    fallback,
    parse: (name, value) => {
      const number = Number(value);
      if (Number.isInteger(number) && number >= from && number <= to) return number;
      throw new StartupError(`${name} must be a whole number from ${from} to ${to}.`);
    },
    shown: {
      fallback: code(fallback),
      values: `${from.toLocaleString('en')} to ${to.toLocaleString('en')}`,
      meaning,
    },
  };
}

/** A whole number, or a word for "none". */
export function integerOr<const Word extends string>(
  word: Word,
  ...[fallback, bounds, meaning]: Parameters<typeof integer>
): Setting<number | Word> {
  const number = integer(fallback, bounds, meaning);
  return {
    fallback,
    parse: (name, value) => (value === word ? word : number.parse(name, value)),
    shown: { ...number.shown, values: `${number.shown.values}, or ${code(word)}` },
  };
}

export function choice<const Choice extends string, const Fallback extends NoInfer<Choice> | undefined>(
  choices: readonly Choice[],
  fallback: Fallback,
  meaning: string,
  shown: { readonly fallback?: string } = {},
): Setting<Choice | Fallback> {
  return {
    fallback,
    parse: (name, value) => parseChoice(choices, name, value),
    shown: { fallback: shown.fallback ?? code(fallback), values: choices.map(code).join(', '), meaning },
  };
}

export function flag<const Fallback extends boolean | undefined>(
  fallback: Fallback,
  meaning: string,
  shown: { readonly fallback?: string } = {},
): Setting<boolean | Fallback> {
  return {
    fallback,
    parse: (name, value) => parseChoice(['true', 'false'], name, value) === 'true',
    shown: { fallback: shown.fallback ?? code(fallback), values: '`true`, `false`', meaning },
  };
}

function parseChoice<Choice extends string>(choices: readonly Choice[], name: string, value: string): Choice {
  const found = choices.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new StartupError(`${name} must be one of ${choices.join(', ')}.`);
}

/** Reads variables by name. An empty or blank variable counts as not set. */
export function settingsReader<Known extends Settings>(settings: Known, environment: NodeJS.ProcessEnv) {
  const textOf = (name: keyof Known & string) => environment[name]?.trim() || undefined;
  return {
    isSet: (name: keyof Known & string) => textOf(name) !== undefined,
    read: <Name extends keyof Known & string>(name: Name): Known[Name]['fallback'] => {
      const setting = settings[name];
      const value = textOf(name);
      return value === undefined ? setting?.fallback : setting?.parse(name, value);
    },
  };
}
