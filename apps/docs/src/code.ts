/** Colours code by classes, since the policy of the pages takes no style of their own. */
import highlight from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import diff from 'highlight.js/lib/languages/diff'
import http from 'highlight.js/lib/languages/http'
import json from 'highlight.js/lib/languages/json'
import sql from 'highlight.js/lib/languages/sql'
import typescript from 'highlight.js/lib/languages/typescript'
import yaml from 'highlight.js/lib/languages/yaml'
import { html, Html } from './html.ts'

const languages = { bash, diff, http, json, sql, typescript, yaml }
for (const [name, language] of Object.entries(languages)) highlight.registerLanguage(name, language)
highlight.registerAliases(['js', 'javascript'], { languageName: 'typescript' })

/** A block of code, which the keyboard can scroll. */
export const codeBlock = (text: string, language: string): Html => {
  const known = highlight.getLanguage(language) !== undefined
  const coloured = known ? new Html(highlight.highlight(text, { language }).value) : html`${text}`
  return html`<div class="code">
    <pre tabindex="0"><code>${coloured}</code></pre>
  </div>`
}
