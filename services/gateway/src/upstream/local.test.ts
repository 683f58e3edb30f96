import { upstreamConformance } from './conformance.ts'
import { localUpstream } from './local.ts'
import { streamConformance } from './stream.fixture.ts'

upstreamConformance('local', (service) => Promise.resolve(localUpstream(service)))
streamConformance('local', (service) => Promise.resolve(localUpstream(service)))
