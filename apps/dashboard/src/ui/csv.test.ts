import { expect, test } from 'vitest'
import { csvCell, csvLine } from './csv.ts'

for (const [value, want] of [
  ['plain', 'plain'],
  ['', ''],
  ['a,b', '"a,b"'],
  ['say "no"', '"say ""no"""'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', "'=1+1"],
  ['+49 30', "'+49 30"],
  ['-5', "'-5"],
  ['@sum(a1)', "'@sum(a1)"],
  ['  =cmd', "'  =cmd"],
  ['＝1', "'＝1"],
  ['\t=1', `"'\t'=1"`],
  ['\r=1,2', `"'\r'=1,2"`],
  ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
  ['a=b', 'a=b'],
  // What begins a cell where a semicolon, or a tab, parts them.
  ['x;=1+1', `"x;'=1+1"`],
  ["x;=cmd|'/C calc'!A0", `"x;'=cmd|'/C calc'!A0"`],
  ['a\t=1+1', `"a\t'=1+1"`],
  ['a|@sum(a1)', `"a|'@sum(a1)"`],
  ['one\n-2+3', `"one\n'-2+3"`],
  ['x; \t＝1;+2', `"x; \t'＝1;'+2"`],
  ['x;"=1+1"', `"x;""'=1+1"""`],
  ['{"a":";=1"}', `"{""a"":"";'=1""}"`],
  ['a; b=c', '"a; b=c"'],
  // A number is no text that anybody wrote.
  [-1999, '-1999'],
] as const)
  test(`the cell of ${JSON.stringify(value)} is ${JSON.stringify(want)}`, () => expect(csvCell(value)).toBe(want))

test('a line ends as the standard has it', () => expect(csvLine(['a', 1, 'b,c'])).toBe('a,1,"b,c"\r\n'))
