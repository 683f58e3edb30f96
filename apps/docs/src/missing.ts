/** What the gateway answers, with status 404, in place of a page that is not there. */
import { html } from './html.ts'
import type { Frame } from './layout.ts'

/** Beneath which path the gateway serves the site: the one page that cannot tell it from where it is. */
const root = '/docs/'

export const missingPage: Frame = {
  title: 'No such page',
  file: '404.html',
  root,
  headings: [],
  body: html`<h1>There is no such page</h1>
    <p>
      It may have another name by now, or the address was cut off. Search for it above: the key <kbd>/</kbd> leads
      there.
    </p>
    <p>What most people look for:</p>
    <ul>
      <li><a href="${root}">Quickstart</a>: from nothing to a payment in five minutes</li>
      <li><a href="${root}errors/">Errors</a>: each code, what it means and what to do</li>
      <li><a href="${root}reference/api/">All operations</a> of the API</li>
      <li><a href="${root}reference/cli/">micro, the command line</a></li>
      <li><a href="${root}stripe-coverage/">What Micro answers of Stripe's API</a></li>
      <li><a href="/dashboard/">The dashboard</a>, with your own payments</li>
    </ul>`,
}
