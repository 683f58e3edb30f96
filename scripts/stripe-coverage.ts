// Writes docs/stripe-coverage.md: every operation of the pinned stripe package, and whether Micro answers it.
import { apis, pathsOf, surfaceOf, type Route } from '@micro/contracts'
import Stripe from 'stripe'
import { stripeOperations as operations, type StripeOperation } from './stripe-operations.ts'
import { written } from './written.ts'

const answered = new Set(
  Object.values(apis)
    .flatMap((api) => Object.values(api) as Route[])
    .flatMap((route) => pathsOf(route).map((path) => ({ route, path })))
    .filter(({ path }) => surfaceOf(path) === 'stripe')
    .map(({ route, path }) => `${route.method} ${path.replace(/:\w+/g, '{}')}`),
)

const isAnswered = ({ request }: StripeOperation): boolean => answered.has(request)
const known = new Set(operations.map(({ request }) => request))
const own = [...answered].filter((request) => !known.has(request)).toSorted()
const resources = [...Map.groupBy(operations, ({ resource }) => resource)].toSorted(([a], [b]) => (a < b ? -1 : 1))
const covered = resources.filter(([, each]) => each.some(isAnswered))
const shown = (each: readonly StripeOperation[]): string => each.map(({ name }) => `\`${name}\``).join(', ')

const text = `# What Micro answers of Stripe's API

Made from the contracts and from version ${Stripe.PACKAGE_VERSION} of the \`stripe\` package (API ${Stripe.API_VERSION}) by \`make openapi\`.
Parameters that an operation does not take are refused by name, never passed over; what it takes and answers stands in
[openapi.json](openapi.json). Everything else under \`/v1\` and \`/v2\` is answered with 404 and a link to this page.

${operations.filter(isAnswered).length} of ${operations.length} operations, of ${covered.length} of ${resources.length} resources.

| Resource | Micro answers | and not |
| --- | --- | --- |
${covered
  .map(([resource, each]) => {
    const others = each.filter((operation) => !isAnswered(operation))
    return `| \`${resource}\` | ${shown(each.filter(isAnswered))} | ${shown(others)} |`
  })
  .join('\n')}
${own.length === 0 ? '' : `\nBesides, on \`/v1\`, what the package has no method for: ${own.map((each) => `\`${each}\``).join(', ')}.\n`}
## Not answered at all

${resources
  .filter(([, each]) => !each.some(isAnswered))
  .map(([resource, each]) => `- \`${resource}\`: ${each.map(({ name }) => name).join(', ')}`)
  .join('\n')}
`
await written('docs/stripe-coverage.md', text)
