import { expect, test } from 'vitest'
import { html, HtmlPage, styleSheet } from './html-page.ts'

test('what is put into a page is text, unless it is a piece of HTML itself', () => {
  const hostile = `<script>alert("1")</script>' & more`
  const page = HtmlPage.show(html`<p title="${hostile}">${hostile} ${7} ${html`<b>${'<i>'}</b>`}</p>`)
  const text = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; &amp; more'
  expect(page.body).toBe(`<!doctype html>\n<p title="${text}">${text} 7 <b>&lt;i&gt;</b></p>\n`)
})

test('a page runs, loads and is framed by nothing, is not kept, and its forms lead to named origins only', () => {
  const { status, headers } = HtmlPage.show(html`<p>x</p>`, { formOrigins: ['https://shop.test'] })
  expect([status, headers]).toEqual([
    200,
    {
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' https://shop.test",
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    },
  ])
})

test('a page has the style that was written for it, and no other', () => {
  const style = styleSheet('p { color: red }')
  const { body, headers } = HtmlPage.show(
    html`${style.tag}
      <p>${'<style>'}</p>`,
    { style },
  )
  expect(body).toContain('<style>p { color: red }</style>')
  expect(body).toContain('<p>&lt;style&gt;</p>')
  expect(headers['content-security-policy']).toContain(
    "; style-src 'sha256-ngewhhP73WDIbgwseeu52VAAJgKdGUsu1IUQQsAm8m4='; form-action",
  )
})

test('a browser is sent on to an absolute URL, which cannot break out of its header or its page', () => {
  const { status, headers, body } = HtmlPage.goTo('https://shop.test/a?b="><script>\r\nx: y')
  expect([status, headers['location']]).toEqual([303, 'https://shop.test/a?b=%22%3E%3Cscript%3Ex:%20y'])
  expect(body).not.toContain('<script>')
  expect(() => HtmlPage.goTo('/relative')).toThrow(TypeError)
})
