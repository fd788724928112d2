import { isKnown, type Unknown } from '../overview.ts';
import { html, type Html, type Part } from './html.ts';

/** A part of the page with its heading; `aside` says in a few words what it rests on. */
export function section(title: string, aside: Part, content: Part): Html {
  const id = title.toLowerCase().replaceAll(' ', '-');
  return html`<section aria-labelledby="${id}">
    <div class="heading">
      <h2 id="${id}">${title}</h2>
      ${aside === null || aside === '' ? null : html`<p>${aside}</p>`}
    </div>
    <div class="content">${content}</div>
  </section>`;
}

/** What is known, shown; else why it is not. */
export function told<T>(part: T | Unknown, show: (known: T) => Part): Part {
  return isKnown(part) ? show(part) : html`<p class="note">Not known: ${part.notKnown}</p>`;
}

export function note(text: Part): Html {
  return html`<p class="note">${text}</p>`;
}

/** A sentence with its commands, which stand between backquotes, set as such. */
export function sentence(text: string): Part {
  return text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
}

/** Names and what is said of them; those of which nothing is are left out. */
export function facts(rows: readonly (readonly [name: string, value: Part])[]): Html {
  const said = rows.filter(([, value]) => value !== null && value !== false && value !== '');
  return html`<dl class="facts">
    ${said.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/** A chart with its title. */
export function figure(title: string, chart: Part): Html {
  return html`<figure>
    <figcaption>${title}</figcaption>
    ${chart}
  </figure>`;
}

export function folded(title: string, content: Part): Html {
  return html`<details>
    <summary>${title}</summary>
    ${content}
  </details>`;
}

/** A word that says how something stands; never by its colour alone. */
export function state(kind: 'good' | 'warn' | 'bad' | 'plain', word: Part): Html {
  return html`<span class="state ${kind}">${word}</span>`;
}
