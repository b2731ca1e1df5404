/** One request of a `.http` file, as the REST Client of VS Code reads them. Variables are still in place. */
export type HttpFileRequest = {
  readonly title: string;
  /** The status that the title promises: `… → 201`. */
  readonly expectedStatus: number;
  readonly name: string | undefined;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
};

export type HttpFile = {
  readonly variables: Readonly<Record<string, string>>;
  readonly requests: readonly HttpFileRequest[];
};

export function parseHttpFile(text: string): HttpFile {
  const [preamble = '', ...sections] = text.split(/^### /m);
  const definitions = preamble.matchAll(/^@(\w+) = (.+)$/gm);
  return {
    variables: Object.fromEntries([...definitions].map(([, name, value]) => [name, value])),
    requests: sections.map(parseRequest),
  };
}

function parseRequest(section: string): HttpFileRequest {
  const [title = '', ...lines] = section.trimEnd().split('\n');
  const [, status] = /→ (\d{3})$/.exec(title) ?? [];
  if (status === undefined) throw new Error(`"${title}" does not say which status it expects`);

  const name = lines.map((line) => /^# @name (\w+)$/.exec(line)?.[1]).find(Boolean);
  const content = lines.filter((line) => !line.startsWith('#'));
  const [requestLine = '', ...rest] = content;
  const [method = '', url = ''] = requestLine.split(' ');
  const blank = rest.indexOf('');
  const headerLines = blank === -1 ? rest : rest.slice(0, blank);
  const body = blank === -1 ? undefined : rest.slice(blank + 1).join('\n');
  const headers = headerLines.map((line) => line.split(/: (.*)/s).slice(0, 2));
  return {
    title,
    expectedStatus: Number(status),
    name,
    method,
    url,
    headers: Object.fromEntries(headers),
    body,
  };
}

/** Puts values in the place of `{{name}}` and `{{request.response.body.path}}`; a missing one is an error. */
export function fillIn(text: string, resolve: (expression: string) => unknown): string {
  return text.replace(/\{\{([^}]+)\}\}/g, (_, expression: string) => {
    const value = resolve(expression.trim());
    if (value === undefined) throw new Error(`nothing is known of {{${expression}}}`);
    return fillIn(String(value), resolve);
  });
}
