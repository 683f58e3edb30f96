// Writes docs/errors.md: every error a caller can be told, from the catalogue of faults.
import { faultCatalogue, type FaultCode, type FaultSpec } from '@micro/kernel'
import { written } from './written.ts'

const entries = Object.entries(faultCatalogue) as [FaultCode, FaultSpec][]
const codeOf = ([name, { publicCode }]: [FaultCode, FaultSpec]): string => publicCode ?? name
const coded = Map.groupBy(
  entries.filter(([, { coded: isCoded = true }]) => isCoded),
  codeOf,
)
const plain = entries.filter(([, { coded: isCoded = true }]) => !isCoded)

/** Names in braces are what the message is filled with. */
const shown = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
const line = ({ status, type, text, retryable }: FaultSpec): string =>
  `${status} \`${type}\`${retryable ? ', worth a retry' : ''}: ${shown(text)}`

const text = `# Errors

Every error Micro answers, on every surface, as \`{"error": {"type", "code", "message", "param", "doc_url", …}}\`; made from
the catalogue of faults by \`make openapi\`. \`param\` names the parameter that is wrong. Answers with status 409, 429 and from
500 on carry \`Stripe-Should-Retry\`: \`true\` where the same request, with the same idempotency key, may succeed later.
Every answer has a \`Request-Id\`: quote it when you ask whoever runs the installation.

${[...coded]
  .toSorted(([a], [b]) => (a < b ? -1 : 1))
  .map(([code, each]) => `## ${code}\n\n${each.map(([, spec]) => line(spec)).join('\n\n')}`)
  .join('\n\n')}

## Without a code

As at Stripe, where the type or the status says it all.

${plain.map(([, spec]) => `- ${line(spec)}`).join('\n')}
`
await written('docs/errors.md', text)
