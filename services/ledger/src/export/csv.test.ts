import { describe, expect, test } from 'vitest'
import { cell } from './csv.ts'

describe('a cell', () => {
  for (const [text, want] of [
    ['', ''],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['=SUM(A1)', "'=SUM(A1)"],
    ['+49 30', "'+49 30"],
    ['-2+3', "'-2+3"],
    ['@cmd', "'@cmd"],
    ['\t=1', `"'\t'=1"`],
    ['\r=1', `"'\r'=1"`],
    ['  =1', "'  =1"],
    ['＝1', "'＝1"],
    ['x;=1+1', `"x;'=1+1"`],
    ['x;"=1+1"', `"x;""'=1+1"""`],
    ['a\t@cmd', `"a\t'@cmd"`],
    ['a; b=c', '"a; b=c"'],
    ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ['-1000000000000000000000000000000', '-1000000000000000000000000000000'],
    ['-', "'-"],
  ] as const)
    test(`of ${JSON.stringify(text)} is ${JSON.stringify(want)}, which no spreadsheet computes`, () =>
      expect(cell(text)).toBe(want))
})
