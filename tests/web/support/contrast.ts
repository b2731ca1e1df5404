import type { Page } from 'playwright-core';

type Colour = readonly [red: number, green: number, blue: number];

/** The contrasts of pairs of colour tokens as the page renders them, by WCAG, with one decimal as tables print them. */
export async function contrastsOf(
  page: Page,
  pairs: readonly (readonly [text: string, surface: string])[],
): Promise<readonly number[]> {
  const colours = await page.evaluate((tokens) => {
    const probe = document.body.appendChild(document.createElement('span'));
    const rendered = tokens.map((pair) =>
      pair.map((token) => {
        probe.style.color = `var(--color-${token})`;
        return getComputedStyle(probe).color;
      }),
    );
    probe.remove();
    return rendered;
  }, pairs);
  return colours.map(([text = '', surface = '']) => contrast(parse(text), parse(surface)));
}

function parse(colour: string): Colour {
  const [red = 0, green = 0, blue = 0] = colour.match(/[\d.]+/g)?.map(Number) ?? [];
  return [red, green, blue];
}

function contrast(one: Colour, other: Colour): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort(
    (first, second) => first - second,
  );
  return Math.round(((lighter + 0.05) / (darker + 0.05)) * 10) / 10;
}

function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((channel) => {
    const share = channel / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
