import { html, Html, type Part } from './html.ts';
import { LAYOUT } from './layout.ts';
import { THEME } from './theme.ts';

export interface PageParts {
  readonly title: string;
  readonly header: Part;
  readonly main: Part;
  readonly footer: Part;
}

/** A whole page in one file, its style in it; whatever would load or run is refused by the browser. */
export function document({ title, header, main, footer }: PageParts): string {
  const { markup } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        />
        <title>${title} – Slipway</title>
        <style>
          ${new Html(THEME + LAYOUT)}
        </style>
      </head>
      <body>
        ${header}
        <main>${main}</main>
        <footer>${footer}</footer>
      </body>
    </html> `;
  return markup;
}
