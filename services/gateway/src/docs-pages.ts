import { readFile } from 'node:fs/promises'
import { Fault } from '@micro/kernel'
import { html, HtmlPage, styleSheet } from '@micro/service'
import { renderMarkdown } from './docs-markdown.ts'

/** Documents that errors link to, by their names beneath `/docs`. */
export type DocsPage = 'errors' | 'stripe-coverage'

// From here and from what a bundle of this lies in, as deep.
const folder = new URL('../../../docs/', import.meta.url)

const style = styleSheet(`
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  main { max-width: 56rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
  h2 { margin-top: 2rem; font: 600 1.1rem ui-monospace, monospace; }
  h2:target { outline: 2px solid; outline-offset: 0.4rem; }
  code { font: 0.9em ui-monospace, monospace; }
  table { border-collapse: collapse; width: 100%; }
  th, td { border: 1px solid color-mix(in srgb, currentcolor 25%, transparent); padding: 0.4rem; text-align: left; vertical-align: top; }
`)

const pageOf = async (name: DocsPage): Promise<HtmlPage> => {
  const text = await readFile(new URL(`${name}.md`, folder), 'utf8')
  const title = /^# (.+)/.exec(text)?.[1] ?? name
  return HtmlPage.show(
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · Micro</title>
        ${style.tag}
      </head>
      <body>
        <main>${renderMarkdown(text)}</main>
      </body>
    </html>`,
    { style },
  )
}

/** Makes each document when it is first asked for. Throws Fault route_unknown where the installation has it not. */
const onceEach = <N extends string, D>(make: (name: N) => Promise<D>): ((name: N) => Promise<D>) => {
  const made = new Map<N, Promise<D>>()
  return (name) => {
    const known = made.get(name)
    if (known !== undefined) return known
    const making = make(name).catch((cause: unknown) => {
      made.delete(name)
      throw new Fault(
        'route_unknown',
        { method: 'GET', path: `/docs/${name}`, hint: 'See docs/ of the source.' },
        { cause },
      )
    })
    made.set(name, making)
    return making
  }
}

/** The generated documents as pages for people. */
export const createDocsPages = (): ((name: DocsPage) => Promise<HtmlPage>) => onceEach(pageOf)

/** Those for programs. */
export const createDocsFiles = (): ((name: 'asyncapi.json') => Promise<object>) =>
  onceEach(async (name) => JSON.parse(await readFile(new URL(name, folder), 'utf8')) as object)
