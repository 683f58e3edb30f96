import { expect, test } from 'vitest'
import { createRenderer } from './markdown.ts'

const render = (markdown: string) =>
  createRenderer(
    (href) => (href.endsWith('.ts') ? undefined : href),
    () => '<svg viewBox="0 0 1 1"></svg>',
  )({ source: 'docs/a.md', address: 'a', title: 'A', markdown })

const bodyOf = (markdown: string): string => render(markdown).body.text

test('headings tell their level, id and words', () => {
  expect(render('# A\n\n## The `b` of it\n').headings).toEqual([
    { level: 1, id: 'a', text: 'A' },
    { level: 2, id: 'the-b-of-it', text: 'The b of it' },
  ])
})

test('markup in a document is shown as text, but for a line break', () => {
  expect(bodyOf('<script>alert(1)</script> a<br>b')).toContain('&lt;script&gt;')
  expect(bodyOf('a<br>b')).toContain('a<br>')
})

test('columns of numbers are aligned by a class, since styles are refused', () => {
  const table = bodyOf('| a | b |\n| :-- | --: |\n| x | 1 |\n')
  expect(table).toContain('<td class="number">1</td>')
  expect(table).not.toContain('style=')
})

test('a head without words is left out, one with words stays', () => {
  expect(bodyOf('| | |\n| - | - |\n| x | y |\n')).not.toContain('<thead>')
  expect(bodyOf('| a | |\n| - | - |\n| x | y |\n')).toContain('<thead>')
  expect(bodyOf('| | |\n| - | - |\n| x | y |\n\n| a | b |\n| - | - |\n| x | y |\n').match(/<thead>/g)).toHaveLength(1)
})

test('a link to a file that is no page keeps its words', () => {
  expect(bodyOf('[the test](a.test.ts) and [page](b.html)')).toContain(
    '<span>the test</span> and <a href="b.html">page</a>',
  )
})

test('a drawing is part of the page, under the words that stand for it', () => {
  expect(bodyOf('![Who owes "whom"](a.svg)')).toContain(
    '<svg role="img" aria-label="Who owes &quot;whom&quot;" viewBox',
  )
})

test('code is coloured by classes, and shown as it is where its language is not known', () => {
  expect(bodyOf('```json\n{"a": 1}\n```\n')).toContain('<span class="hljs-number">1</span>')
  expect(bodyOf('```text\na < b\n```\n')).toContain('a &lt; b')
})
