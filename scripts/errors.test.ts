import { readFile } from 'node:fs/promises'
import { errorBody, Fault, faultCatalogue, type FaultCode } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { explanations } from './errors/explanation.ts'

const codes = Object.keys(faultCatalogue) as FaultCode[]
const page = await readFile(new URL('../docs/errors.md', import.meta.url), 'utf8')
const headings = new Set([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading))

describe('every error that a caller can be told', () => {
  for (const code of codes)
    test(`${code} says what it means and what to do, in sentences of its own`, () => {
      const { when, remedy } = explanations[code]
      for (const text of [when, remedy]) expect(text).toMatch(/^[A-Z`].{8,}[.?]$/)
      expect(when).not.toBe(faultCatalogue[code].text)
      expect(page).toContain(`${when}\n\n**What to do:** ${remedy}\n`)
    })

  test('links to a section of the page of errors, or to another page', () => {
    for (const code of codes) {
      const url = errorBody(new Fault(code)).error['doc_url']
      if (typeof url !== 'string') continue
      const [address, anchor] = url.split('#')
      if (address === '/docs/errors') expect(headings, code).toContain(anchor)
      else expect(url, code).toBe('/docs/stripe-coverage')
    }
  })
})

test('what is explained is in the catalogue', () => {
  expect(Object.keys(explanations).toSorted()).toEqual(codes.toSorted())
})
