// Writes docs/errors.md: every error a caller can be told, from the catalogue of faults, and what to do then.
import { apis, pathsOf, type Route } from '@micro/contracts'
import { faultCatalogue, type FaultCode, type FaultSpec } from '@micro/kernel'
import { explanations } from './errors/explanation.ts'
import { written } from './written.ts'

/** A code that more operations answer than this is to be expected everywhere, so they are not named. */
const namedOperationsMax = 8

const entries = Object.entries(faultCatalogue) as [FaultCode, FaultSpec][]
const codeOf = ([name, { publicCode }]: [FaultCode, FaultSpec]): string => publicCode ?? name
const coded = Map.groupBy(
  entries.filter(([, { coded: isCoded = true }]) => isCoded),
  codeOf,
)
const plain = entries.filter(([, { coded: isCoded = true }]) => !isCoded)

const operations = Object.values(apis)
  .flatMap((api) => Object.entries(api) as [string, Route][])
  .filter(([, { access }]) => !access.includes('internal'))

/** The operations that name a fault among theirs, as links into the API reference. */
const answeredBy = (codes: readonly FaultCode[]): string[] => {
  const links = operations
    .filter(([, { faults = [] }]) => codes.some((code) => faults.includes(code)))
    .map(([id, route]) => {
      const path = String(pathsOf(route)[0]).replace(/:(\w+)/g, '{$1}')
      return `[\`${route.method} ${path}\`](openapi.json#${id})`
    })
  if (links.length === 0 || links.length > namedOperationsMax) return []
  return [`Answered by ${links.join(', ')}.`]
}

/** Names in braces are what the message is filled with. */
const shown = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').trim()

const section = ([code, { status, type, text, retryable }]: [FaultCode, FaultSpec]): string[] => [
  `${status} \`${type}\`${retryable ? ', worth a retry' : ''}`,
  `> ${shown(text)}`,
  explanations[code].when,
  `**What to do:** ${explanations[code].remedy}`,
]

const codedSections = [...coded]
  .toSorted(([a], [b]) => (a < b ? -1 : 1))
  .map(([code, each]) => [`## ${code}`, ...each.flatMap(section), ...answeredBy(each.map(([name]) => name))])

const text = `# Errors

Every error Micro answers, on every surface, as \`{"error": {"type", "code", "message", "param", "doc_url", …}}\`; made from
the catalogue of faults by \`make openapi\`. \`param\` names the parameter that is wrong, \`doc_url\` leads to the section below.
Names in braces are filled in. Every answer has a \`Request-Id\`: quote it when you ask whoever runs the installation.

| Status | Says | The same again? |
| :--- | :--- | :--- |
| 400 | the request is wrong as it is, or the object is not in a state for it | no: change it first, and take another idempotency key |
| 401 | nobody that Micro knows is asking | no: with another key or login |
| 402 | the card was declined, or may not be used so | no: with another card, under another idempotency key |
| 403 | the key may not do this | no: with a key that may |
| 404, 405 | there is no such thing for this key, or no such address | no |
| 409 | it contradicts what is there already, or what is under way | where \`Stripe-Should-Retry\` is \`true\` |
| 429 | too much at once | yes, after \`Retry-After\` seconds |
| 500 and more | Micro could not | yes, with the same idempotency key: nothing is done twice |

Answers with status 409, 429 and from 500 on carry \`Stripe-Should-Retry\`: \`true\` where the same request, with the same
idempotency key, may succeed later. The official SDKs retry by it.

${codedSections.map((lines) => lines.join('\n\n')).join('\n\n')}

## Without a code

As at Stripe, where the type or the status says it all.

${plain.map((each) => section(each).join('\n\n')).join('\n\n---\n\n')}
`
await written('docs/errors.md', text)
