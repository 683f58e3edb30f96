/** The frame around every page. All of it is markup: what styles and moves it lies in files, as the policy wants. */
import { html, type Html } from './html.ts'
import { relativeAddress } from './links.ts'
import type { Heading } from './markdown.ts'

/** What the navigation says of a page. */
export interface Entry {
  readonly title: string
  readonly file: string
  readonly under?: boolean
}

export interface NavigationPart {
  readonly title: string
  readonly entries: readonly Entry[]
}

/** The files that every page uses, as they are named in the built site. */
export interface Assets {
  readonly style: string
  readonly script: string
  readonly search: string
  readonly icon: string
}

export interface Frame {
  readonly title: string
  readonly file: string
  readonly body: Html
  readonly headings: readonly Heading[]
  /** Where the site's root is, of a page that is shown in place of any other and so knows no way to it from itself. */
  readonly root?: string
}

/** The address of another page, or of a file, as it is written on this one. */
type AddressOf = (file: string) => string

const navigation = (parts: readonly NavigationPart[], file: string, to: AddressOf): Html =>
  html`<nav class="parts" id="navigation" aria-label="Documentation">
    ${parts.map(({ title, entries }) => {
      const isHere = entries.some((entry) => entry.file === file)
      return html`<details${isHere && ' open'}><summary>${title}</summary><ul>${entries.map(
        (entry) =>
          html`<li${entry.under && html` class="under"`}><a href="${to(entry.file)}"${entry.file === file && html` aria-current="page"`}>${entry.title}</a></li>`,
      )}</ul></details>`
    })}
  </nav>`

const onThisPage = (headings: readonly Heading[]): Html | undefined => {
  const shown = headings.filter(({ level }) => level === 2 || level === 3)
  if (shown.length < 2) return undefined
  return html`<nav class="contents" aria-label="On this page">
    <p>On this page</p>
    <ul>
      ${shown.map(
        ({ level, id, text }) => html`<li${level === 3 && html` class="under"`}><a href="#${id}">${text}</a></li>`,
      )}
    </ul>
  </nav>`
}

const neighbours = (parts: readonly NavigationPart[], file: string, to: AddressOf): Html | undefined => {
  const entries = parts.flatMap((part) => part.entries)
  const here = entries.findIndex((entry) => entry.file === file)
  if (here === -1) return undefined
  const [before, after] = [entries[here - 1], entries[here + 1]]
  return html`<nav class="neighbours" aria-label="Next and previous page">
    ${before && html`<a rel="prev" href="${to(before.file)}">← ${before.title}</a>`}${after && html`<a rel="next" href="${to(after.file)}">${after.title} →</a>`}
  </nav>`
}

/** One whole page. */
export const layOut = (
  { title, file, body, headings, root }: Frame,
  parts: readonly NavigationPart[],
  assets: Assets,
): string => {
  const to: AddressOf = (path) =>
    root === undefined ? relativeAddress(file, path) : root + relativeAddress('index.html', path).replace(/^\.\/$/, '')
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Micro</title>
        <link rel="icon" href="${to(assets.icon)}" />
        <link rel="stylesheet" href="${to(assets.style)}" />
        <script src="${to(assets.script)}"></script>
        <script type="module" src="${to(assets.search)}"></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the text</a>
        <header>
          <a class="brand" href="${to('index.html')}"
            ><img src="${to(assets.icon)}" alt="" width="24" height="24" />Micro <span>documentation</span></a
          >
          <a class="menu" href="#navigation">Menu</a>
          <search class="search">
            <input
              type="search"
              placeholder="Search"
              aria-label="Search the documentation"
              aria-controls="results"
              autocomplete="off"
            />
            <div id="results" aria-live="polite" hidden></div>
          </search>
          <button class="theme" type="button" hidden>Theme</button>
        </header>
        <div class="page">
          ${navigation(parts, file, to)}
          <main id="main" ${root === undefined && html` data-pagefind-body`} tabindex="-1">${body}</main>
          ${onThisPage(headings)}
        </div>
        <footer>${neighbours(parts, file, to)}</footer>
      </body>
    </html> `.text
}
