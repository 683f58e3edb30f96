/** How a malformed request is put together: `head` writes request line and headers, `canary` is a whole valid request. */
export interface Parts {
  readonly head: (line: string, headers: readonly string[]) => string
  readonly canary: string
}

const post = 'POST /v1/payment_intents HTTP/1.1'

/** A POST with these headers and this body, and the canary right behind. */
const before =
  (headers: readonly string[], body = '') =>
  ({ head, canary }: Parts): string =>
    head(post, headers) + body + canary

const chunked = 'Transfer-Encoding: chunked'

/**
 * Requests that a proxy and a server could take for different ones. Each has a whole request hidden in it or behind it,
 * which whoever reads it the other way would carry out.
 */
export const malformed: readonly (readonly [name: string, bytes: (parts: Parts) => string])[] = [
  // Which of two lengths holds
  ['Content-Length, then Transfer-Encoding', before(['Content-Length: 4', chunked], '0\r\n\r\n')],
  ['Transfer-Encoding, then Content-Length', before([chunked, 'Content-Length: 4'], '0\r\n\r\n')],
  ['Content-Length 0 and Transfer-Encoding', before(['Content-Length: 0', chunked], '0\r\n\r\n')],
  ['two lengths that differ', before(['Content-Length: 0', 'Content-Length: 40'])],
  ['two lengths that agree', before(['Content-Length: 0', 'Content-Length: 0'])],
  ['a list of lengths', before(['Content-Length: 0, 0'])],
  // What is a length
  ['a length with a plus', before(['Content-Length: +0'])],
  ['a length with a minus', before(['Content-Length: -1'])],
  ['a length in hex', before(['Content-Length: 0x0'])],
  ['a length with an exponent', before(['Content-Length: 0e0'])],
  ['a length with a fraction', before(['Content-Length: 0.0'])],
  ['two numbers as a length', before(['Content-Length: 0 0'])],
  ['an empty length', before(['Content-Length: '])],
  ['a length beyond every number', before(['Content-Length: 99999999999999999999999999'])],
  ['a length in quotes', before(['Content-Length: "0"'])],
  // What is an encoding
  ['an encoding that is nearly chunked', before(['Transfer-Encoding: xchunked'])],
  ['chunked in quotes', before(['Transfer-Encoding: "chunked"'])],
  ['chunked with a parameter', before(['Transfer-Encoding: chunked;a=b'], '0\r\n\r\n')],
  ['chunked and then identity', before(['Transfer-Encoding: chunked, identity'], '0\r\n\r\n')],
  ['two encodings in two headers', before([chunked, 'Transfer-Encoding: identity'], '0\r\n\r\n')],
  ['chunked twice', before([chunked, chunked], '0\r\n\r\n')],
  ['chunked twice in a list', before(['Transfer-Encoding: chunked, chunked'], '0\r\n\r\n')],
  ['gzip that is not chunked', before(['Transfer-Encoding: gzip'])],
  ['chunked after a vertical tab', before(['Transfer-Encoding: \x0bchunked'], '0\r\n\r\n')],
  // Where a header begins and ends
  ['a blank before the colon', before(['Transfer-Encoding : chunked'], '0\r\n\r\n')],
  ['a tab before the colon', before(['Content-Length\t: 0'])],
  ['a folded header', before(['Transfer-Encoding:\r\n chunked'], '0\r\n\r\n')],
  ['a header line that is folded at once', before([' Transfer-Encoding: chunked'], '0\r\n\r\n')],
  ['a line feed alone between headers', before(['X-A: 1\nTransfer-Encoding: chunked'], '0\r\n\r\n')],
  ['a carriage return alone between headers', before(['X-A: 1\rTransfer-Encoding: chunked'], '0\r\n\r\n')],
  ['NUL in a value', before(['X-A: a\0b'])],
  ['NUL in a name', before(['X\0A: 1'])],
  ['a name with a bracket', before(['X(A: 1'])],
  ['a name that is empty', before([': 1'])],
  ['a header without a colon', before(['Nonsense'])],
  // What is a chunk
  ['a chunk of nonsense length', before([chunked], 'ZZ\r\n')],
  ['a chunk of negative length', before([chunked], '-1\r\n')],
  ['a chunk length in hex with its mark', before([chunked], '0x0\r\n\r\n')],
  ['a chunk length beyond every number', before([chunked], 'fffffffffffffffff\r\n')],
  ['a chunk longer than it says', before([chunked], '1\r\nab\r\n0\r\n\r\n')],
  ['a chunk length ended by a line feed alone', before([chunked], '0\n\r\n')],
  ['a line feed in an extension of a chunk', before([chunked], '1;a=\nb\r\nx\r\n0\r\n\r\n')],
  // What is a request line
  ['line feeds alone', ({ canary }) => `GET /v1/events HTTP/1.1\nHost: localhost\n\n${canary}`],
  ['no version', ({ canary }) => `GET /v1/events\r\n\r\n${canary}`],
  ['a version in lower case', ({ head, canary }) => head('GET /v1/events http/1.1', []) + canary],
  ['a version there is not', ({ head, canary }) => head('GET /v1/events HTTP/1.9', []) + canary],
  ['HTTP/2 without asking', ({ canary }) => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${canary}`],
  ['a blank in the path', ({ head, canary }) => head('GET /v1/events /x HTTP/1.1', []) + canary],
  ['a blank before the method', ({ head, canary }) => head(' GET /v1/events HTTP/1.1', []) + canary],
  ['no HTTP at all', ({ canary }) => `hello\r\n\r\n${canary}`],
  ['a TLS greeting', ({ canary }) => `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${canary}`],
]
