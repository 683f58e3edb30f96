import { describe, expect, test } from 'vitest'
import { webAddress } from './web-address.ts'

describe('an address that somebody else named is a link', () => {
  for (const named of ['https://bank.example/agree?id=1', 'http://127.0.0.1:8080/payments/authenticate/x'])
    test(`when it leads to a page: ${named}`, () => expect(webAddress(named)).toBe(named))

  for (const named of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'javascript:https://bank.example',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    '//bank.example',
    '/dashboard/keys',
    '\nhttps://bank.example',
    'https:bank.example',
    '',
    null,
    undefined,
  ])
    test(`and not ${JSON.stringify(named)}`, () => expect(webAddress(named)).toBeUndefined())
})
