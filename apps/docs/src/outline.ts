/**
 * What the site consists of, in the order of its navigation. A document in `docs/` that is not named here comes at the end
 * of the section that takes its folder, so that a new guide is there without being told of.
 */

/** A page made of a Markdown document, or of some of its sections. */
export interface Page {
  /** From the root of the repository. */
  readonly source: string
  /** The second-level headings whose sections it is made of; '' is what stands before the first. Left out: all. */
  readonly sections?: readonly string[]
  /** Where it differs from the document's own. */
  readonly title?: string
  /** Where it is not the document's own name. */
  readonly address?: string
}

/** A part of the navigation. */
export interface Part {
  readonly title: string
  readonly pages: readonly (Page | 'api' | 'events')[]
  /** Takes the documents of this folder that no part names. */
  readonly folder?: string
}

const guides = (...names: string[]): Page[] => names.map((name) => ({ source: `docs/guides/${name}.md` }))
const concepts = (...names: string[]): Page[] => names.map((name) => ({ source: `docs/concepts/${name}.md` }))
const inside = (source: string, address: string, title?: string): Page => ({
  source,
  address: `inside/${address}`,
  ...(title && { title }),
})

export const outline: readonly Part[] = [
  {
    title: 'Start',
    pages: [
      { source: 'README.md', sections: ['', 'Start', 'Five minutes'], title: 'Quickstart', address: 'index' },
      { source: 'README.md', sections: ['What Micro promises'], title: 'What Micro promises', address: 'promises' },
      { source: 'examples/shop/README.md', address: 'shop', title: 'A sample shop' },
    ],
  },
  {
    title: 'Concepts',
    folder: 'docs/concepts',
    pages: concepts('ledger', 'payment-lifecycle', 'events', 'idempotency', 'time'),
  },
  {
    title: 'Guides',
    folder: 'docs/guides',
    pages: guides(
      'from-stripe',
      'payments',
      'manual-capture',
      'checkout',
      'webhooks-locally',
      'webhooks',
      'failed-requests',
      'stripe-cli',
      'money',
      'ledger',
      'ledger-data',
      'reconcile',
      'processors',
    ),
  },
  {
    title: 'Reference',
    folder: 'docs/reference',
    pages: [
      { source: 'README.md', sections: ['API'], title: 'API at a glance', address: 'reference/at-a-glance' },
      'api',
      'events',
      { source: 'README.md', sections: ['Command line'], title: 'Commands at a glance', address: 'reference/commands' },
      { source: 'docs/reference/cli.md' },
      { source: 'docs/errors.md' },
      { source: 'docs/test-cards.md' },
      { source: 'docs/states.md' },
      { source: 'docs/stripe-coverage.md' },
    ],
  },
  {
    title: 'Operate',
    folder: 'docs',
    pages: [
      {
        source: 'README.md',
        sections: ['Run it as separate services', 'Configuration of `make up`', 'The databases', 'Back up'],
        title: 'Configuration',
        address: 'configuration',
      },
      ...guides('operate', 'scale-out', 'upgrade', 'backup', 'secrets', 'observe'),
      { source: 'docs/security.md', title: 'Security: what must hold' },
      { source: 'docs/faults.md' },
      { source: 'bench/README.md', address: 'benchmarks', title: 'Benchmarks' },
    ],
  },
  {
    title: 'Inside',
    pages: [
      inside('ARCHITECTURE.md', 'architecture'),
      inside('services/README.md', 'services'),
      ...['gateway', 'auth', 'payments', 'ledger', 'events'].map((name) =>
        inside(`services/${name}/README.md`, name, `Service: ${name}`),
      ),
      inside('packages/README.md', 'packages'),
      inside('CONTRIBUTING.md', 'contributing'),
      inside('SECURITY.md', 'reporting', 'Reporting a weakness'),
      inside('CHANGELOG.md', 'changelog'),
    ],
  },
  { title: 'Decisions', folder: 'docs/adr', pages: [{ source: 'docs/adr/README.md' }] },
]
