// The gateway of the all-in-one process: limits in memory, the request handed over within the process.
import { memoryLimiter } from '../../services/gateway/src/limits/memory-limiter.ts'
import { localUpstream } from '../../services/gateway/src/upstream/local.ts'
import { openDoor } from './door.ts'
import { runtime, standIn } from './stand-in.ts'

const deps = runtime('payments')
const service = standIn(deps)
await service.start()
await openDoor(localUpstream(service), memoryLimiter({ clock: deps.clock }))
