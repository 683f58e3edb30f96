import { upstreamConformance } from './conformance.ts'
import { localUpstream } from './local.ts'

upstreamConformance('local', (service) => Promise.resolve(localUpstream(service)))
