import { type Block, LINK, type Page } from './page.ts';

/** A fragment for the server's frame. Everything is escaped; no markup of the texts passes but code and links. */
export function printHtml({ title, blocks }: Page): string {
  return `<article class="runbook">\n<h1>${inline(title)}</h1>\n${blocks.map(htmlBlock).join('\n')}\n</article>\n`;
}

function htmlBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${inline(block.text)}</h2>`;
    case 'paragraph':
      return `<p>${inline(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${inline(item)}</li>`).join('')}</ul>`;
    case 'steps':
      return `<ol>${block.items.map((item) => `<li>${inline(item)}</li>`).join('')}</ol>`;
    case 'code':
      return `<pre><code>${escapeHtml(block.text)}</code></pre>`;
    case 'table': {
      const row = (tag: string, cells: readonly string[]) => `<tr>${cells.map((cell) => `<${tag}>${inline(cell)}</${tag}>`).join('')}</tr>`;
      return `<table><thead>${row('th', block.head)}</thead><tbody>${block.rows.map((cells) => row('td', cells)).join('')}</tbody></table>`;
    }
  }
}

function inline(text: string): string {
  // Code first: what is inside of it is no link.
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (/^`[^`]+`$/.test(part) ? `<code>${escapeHtml(part.slice(1, -1))}</code>` : withLinks(part)))
    .join('');
}

function withLinks(text: string): string {
  let html = '';
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    html += escapeHtml(text.slice(from, match.index));
    from = match.index + match[0].length;
    const [whole, words, target] = match as unknown as [string, string, string];
    // Only pages of ours and the web: never javascript: or the like.
    html += /^(?:[a-z0-9-]+|https:\/\/\S+)$/.test(target) ? `<a href="${escapeHtml(target)}">${escapeHtml(words)}</a>` : escapeHtml(whole);
  }
  return html + escapeHtml(text.slice(from));
}

const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }),
);

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? character);
}
