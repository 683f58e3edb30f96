/** Makes pages of Markdown: anchors as code hosts make them, links to pages, drawings that follow light and dark. */
import createMarkdown, { type MarkdownIt, type Renderer, type RendererRule, type Token } from 'markdown-it'
import { codeBlock } from './code.ts'
import type { Document } from './documents.ts'
import { escaped, Html } from './html.ts'
import type { LinkOf } from './links.ts'
import { createSlugs } from './slug.ts'

export interface Heading {
  readonly level: number
  readonly id: string
  readonly text: string
}

export interface Rendered {
  readonly body: Html
  readonly headings: readonly Heading[]
}

/** The text of a drawing that a document shows, as SVG. */
export type DrawingOf = (href: string, source: string) => string

const plainText = (inline: Token | undefined): string =>
  (inline?.children ?? [])
    .map(({ type, content }) => (type === 'text' || type === 'code_inline' ? content : ''))
    .join('')

/** Tables in prose often have no words in their head; an empty row of headings tells nobody anything. */
const withoutEmptyHeads = (tokens: readonly Token[]): Token[] => {
  const kept: Token[] = []
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token
    const end = tokens.findIndex(({ type }, at) => at > index && type === 'thead_close')
    const isEmpty =
      token.type === 'thead_open' &&
      tokens.slice(index, end).every(({ type, content }) => type !== 'inline' || content.trim() === '')
    if (isEmpty) index = end
    else kept.push(token)
  }
  return kept
}

const nameHeadings = (tokens: readonly Token[]): Heading[] => {
  const slugOf = createSlugs()
  return tokens.flatMap((token, index) => {
    if (token.type !== 'heading_open') return []
    const text = plainText(tokens[index + 1])
    const id = slugOf(text)
    token.attrSet('id', id)
    return [{ level: Number(token.tag.slice(1)), id, text }]
  })
}

const attribute = (token: Token | undefined, name: string): string => String(token?.attrGet(name) ?? '')

/** Columns of numbers are to the right: as a class, since style attributes are refused by the pages' policy. */
const alignByClass = (token: Token): void => {
  const align = /text-align:(\w+)/.exec(attribute(token, 'style'))?.[1]
  token.attrs = (token.attrs ?? []).filter(([name]) => name !== 'style')
  if (align === 'right') token.attrSet('class', 'number')
}

/** The one element that documents write as such, in cells of tables. */
const breakLines = (md: MarkdownIt): void => {
  md.inline.ruler.before('html_inline', 'br', (state, silent) => {
    const [tag] = /^<br ?\/?>/.exec(state.src.slice(state.pos)) ?? []
    if (tag === undefined) return false
    if (!silent) state.push('hardbreak', 'br', 0)
    state.pos += tag.length
    return true
  })
}

const cell: RendererRule = (tokens, index, options, _env, renderer) => {
  alignByClass(tokens[index] as Token)
  return renderer.renderToken(tokens, index, options)
}

/** What is drawn alike in every document. */
const rules: Renderer['rules'] = {
  fence: (tokens, index) => codeBlock(tokens[index]?.content ?? '', tokens[index]?.info.trim() ?? '').text,
  code_block: (tokens, index) => codeBlock(tokens[index]?.content ?? '', '').text,
  heading_close: (tokens, index) => {
    const tag = tokens[index]?.tag
    const id = attribute(tokens[index - 2], 'id')
    const anchor = ` <a class="anchor" href="#${id}" aria-label="Link to this section">#</a>`
    return `${tag === 'h1' ? '' : anchor}</${tag}>\n`
  },
  table_open: () => '<div class="table" role="group" aria-label="Table" tabindex="0"><table>\n',
  table_close: () => '</table></div>\n',
  th_open: cell,
  td_open: cell,
}

/** What depends on where the document is. */
const rulesFor = ({ source, address }: Document, linkOf: LinkOf, drawingOf: DrawingOf): Renderer['rules'] => {
  const targetOf = (link: Token | undefined) => linkOf(attribute(link, 'href'), { source, address })
  return {
    link_open: (tokens, index) => {
      const target = targetOf(tokens[index])
      // What is not on the site is named all the same.
      if (target === undefined) return '<span>'
      return `<a href="${escaped(target)}"${/^https?:/.test(target) ? ' rel="noreferrer"' : ''}>`
    },
    link_close: (tokens, index) => {
      const open = tokens.findLast(({ type }, at) => at < index && type === 'link_open')
      return targetOf(open) === undefined ? '</span>' : '</a>'
    },
    image: (tokens, index) => {
      const words = escaped(tokens[index]?.content ?? '')
      const drawing = drawingOf(attribute(tokens[index], 'src'), source)
      const named = drawing.replace('<svg ', `<svg role="img" aria-label="${words}" `)
      return `<span class="drawing" role="group" aria-label="Drawing" tabindex="0">${named}</span>`
    },
  }
}

/** Renders documents of the site. */
export const createRenderer =
  (linkOf: LinkOf, drawingOf: DrawingOf): ((document: Document) => Rendered) =>
  (document) => {
    const md = createMarkdown({ html: false })
    breakLines(md)
    Object.assign(md.renderer.rules, rules, rulesFor(document, linkOf, drawingOf))
    const tokens = withoutEmptyHeads(md.parse(document.markdown, {}))
    const headings = nameHeadings(tokens)
    return { body: new Html(md.renderer.render(tokens, md.options, {})), headings }
  }
