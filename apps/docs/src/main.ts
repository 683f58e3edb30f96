/** Builds the documentation site: `make docs`. */
import { buildSite } from './site.ts'

const started = performance.now()
const pages = await buildSite(new URL('../../../', import.meta.url), new URL('../dist/', import.meta.url))
console.log(`Built apps/docs/dist, ${pages.length} pages, in ${((performance.now() - started) / 1000).toFixed(1)} s.`)
