import { html, type Html } from '@micro/service'

const join = (parts: readonly Html[]): Html => parts.reduce((all, part) => html`${all}${part}`, html``)

/** In the generated documents `<` stands as an entity, and the bar of a table behind a backslash. */
const plain = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('\\|', '|')

// A link leads to a file beside the document, which is not served: its words stay.
const inline = (text: string): Html =>
  join(
    text
      .replaceAll(/\[([^\]]+)\]\([^)\s]+\)/g, '$1')
      .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
      .map((part) => {
        if (part.startsWith('`')) return html`<code>${plain(part.slice(1, -1))}</code>`
        return part.startsWith('**') ? html`<strong>${plain(part.slice(2, -2))}</strong>` : html`${plain(part)}`
      }),
  )

/** What a heading is found by behind `#`: an error by its code. */
const anchorOf = (heading: string): string => heading.toLowerCase().replaceAll(/[^a-z0-9_]+/g, '-')

const cellsOf = (row: string): readonly string[] =>
  row
    .replaceAll(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())

const table = ([head = '', , ...rows]: readonly string[]): Html =>
  html`<table>
    <thead>
      <tr>
        ${join(cellsOf(head).map((cell) => html`<th>${inline(cell)}</th>`))}
      </tr>
    </thead>
    <tbody>
      ${join(
        rows.map(
          (row) =>
            html`<tr>
              ${join(cellsOf(row).map((cell) => html`<td>${inline(cell)}</td>`))}
            </tr>`,
        ),
      )}
    </tbody>
  </table>`

const block = (text: string): Html => {
  const lines = text.split('\n')
  const [first = ''] = lines
  if (first.startsWith('## ')) return html`<h2 id="${anchorOf(first.slice(3))}">${inline(first.slice(3))}</h2>`
  if (first.startsWith('# ')) return html`<h1>${inline(first.slice(2))}</h1>`
  if (first.startsWith('|')) return table(lines)
  if (first.startsWith('- '))
    return html`<ul>
      ${join(lines.map((line) => html`<li>${inline(line.slice(2))}</li>`))}
    </ul>`
  if (first.startsWith('> '))
    return html`<blockquote>${inline(lines.map((line) => line.slice(2)).join(' '))}</blockquote>`
  if (text === '---') return html`<hr />`
  return html`<p>${inline(lines.join(' '))}</p>`
}

/** HTML of the Markdown that `make openapi` writes: headings, paragraphs, quotes, lists, tables, code, and nothing else. */
export const renderMarkdown = (text: string): Html =>
  join(
    text
      .trim()
      .split(/\n{2,}/)
      .map(block),
  )
