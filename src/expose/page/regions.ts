import { type Html, html } from './html.ts';

/** A page with the parts of it that change by themselves. */
export interface LivePage {
  readonly title: string;
  /** Of the whole page, as it is first sent. */
  readonly document: string;
  /** Unix milliseconds of the tick that it shows. */
  readonly at: number;
  readonly regions: ReadonlyMap<string, string>;
  /** By the id of the element that holds them: which regions stand in it, in order. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

/**
 * Collects the regions of a page while it is printed. A region is one element with an id of its own: what is in it is sent again, as a whole, when
 * its markup has changed, and nothing around it is touched. So regions never hold one another, but a list may.
 */
export class Regions {
  readonly all = new Map<string, string>();
  readonly lists = new Map<string, readonly string[]>();

  /** Markup whose only outermost element has this id. */
  add(id: string, markup: Html): Html {
    this.all.set(id, markup.text);
    return markup;
  }

  div(id: string, content: Html, className = ''): Html {
    return this.add(id, html`<div id="${id}" data-r${className !== '' && html` class="${className}"`}>${content}</div>`);
  }

  span(id: string, content: Html, className = ''): Html {
    return this.add(id, html`<span id="${id}" data-r${className !== '' && html` class="${className}"`}>${content}</span>`);
  }

  /** The ids of the regions that stand, in this order, in the element `holder`, which prints `data-l`. */
  list(holder: string, ids: readonly string[]): void {
    this.lists.set(holder, ids);
  }

  /** A part that a click opens, and that stays as the reader left it. */
  fold(id: string, { title, content, open = false, className = '' }: Fold): Html {
    return html`<details id="${id}"${className !== '' && html` class="${className}"`}${open && html` open`}><summary>${this.span(`${id}-t`, title)}</summary>${this.div(`${id}-c`, content)}</details>`;
  }
}

export interface Fold {
  readonly title: Html;
  readonly content: Html;
  readonly open?: boolean;
  readonly className?: string;
}
