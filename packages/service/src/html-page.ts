import { createHash } from 'node:crypto'

/** What a page may do beyond showing itself: nothing of it runs, is framed or is loaded from elsewhere. */
export interface PageOptions {
  readonly status?: number
  /** Origins that a form of the page may lead to in the end, besides its own; browsers hold redirects to it too. */
  readonly formOrigins?: readonly string[]
  /** How it looks; no other style applies. Its `tag` stands in the page's head. */
  readonly style?: StyleSheet
}

/** A style sheet within its page, and what the page's policy knows it by: nothing that comes into the page later is one. */
export interface StyleSheet {
  readonly tag: Html
  readonly source: string
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** HTML that was written as such; everything else becomes text in it. */
class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const shown = (value: unknown): string =>
  value instanceof Html ? value.text : String(value).replace(/[&<>"']/g, (char) => escapes[char] ?? char)

/** A piece of HTML. What is put into it is text, unless it is a piece itself. */
export const html = (strings: TemplateStringsArray, ...values: readonly (string | number | Html)[]): Html =>
  new Html(strings.reduce((joined, part, at) => `${joined}${shown(values[at - 1])}${part}`))

/** A style sheet of CSS that was written as such, never put together from what somebody sent. */
export const styleSheet = (css: string): StyleSheet => ({
  tag: new Html(`<style>${css}</style>`),
  source: `'sha256-${createHash('sha256').update(css).digest('base64')}'`,
})

// Kept from other sites, and not from our own: a form of a page that gives no referrer has no origin either.
const referrerPolicy = 'same-origin'

/** An answer for people with a browser, of a route that is declared to have pages; or a place they are sent to. */
export class HtmlPage {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>

  private constructor(status: number, body: string, headers: Readonly<Record<string, string>>) {
    this.status = status
    this.body = body
    this.headers = headers
  }

  static show(body: Html, { status = 200, formOrigins = [], style }: PageOptions = {}): HtmlPage {
    const policy = [
      "default-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      ...(style === undefined ? [] : [`style-src ${style.source}`]),
      ['form-action', "'self'", ...formOrigins].join(' '),
    ].join('; ')
    return new HtmlPage(status, `<!doctype html>\n${body.text}\n`, {
      'cache-control': 'no-store',
      'content-security-policy': policy,
      'referrer-policy': referrerPolicy,
      'x-content-type-options': 'nosniff',
    })
  }

  /** After a form: the browser goes on with GET. @throws TypeError when it is no absolute URL */
  static goTo(url: string): HtmlPage {
    const location = new URL(url).href
    return new HtmlPage(303, HtmlPage.show(html`<title>See other</title><a href="${location}">Continue</a>`).body, {
      'cache-control': 'no-store',
      'referrer-policy': referrerPolicy,
      location,
    })
  }
}

export type { Html }
export const pageType = 'text/html; charset=utf-8'
