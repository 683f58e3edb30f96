import { html, type Html } from '@micro/service'
import { pageStyle } from './page.style.ts'

/** What every page for people has around it. `head` stands before the title. */
export const pageFrame = (title: string, body: Html, head: Html = html``): Html =>
  html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      ${head}
      <title>${title}</title>
      ${pageStyle.tag}
    </head>
    <body>
      ${body}
    </body>
  </html>`
