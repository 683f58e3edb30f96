// The gateway of the all-in-one process: limits in memory, the request handed over within the process.
import { memoryLimiter } from '../../services/gateway/src/limits/memory-limiter.ts'
import { localUpstream } from '../../services/gateway/src/upstream/local.ts'
import { memoryRecent } from '../../services/gateway/src/request-log/memory-recent.ts'
import { openDoor } from './door.ts'
import { input } from './program.ts'
import { runtime, standIn } from './stand-in.ts'

const { requestLog } = input<{ requestLog: number }>()
const deps = runtime('payments')
const service = standIn(deps)
await service.start()
await openDoor({
  payments: localUpstream(service),
  limiter: memoryLimiter({ clock: deps.clock }),
  recent: memoryRecent({ max: requestLog }),
})
