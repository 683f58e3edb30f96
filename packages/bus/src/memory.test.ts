import { setImmediate as nextTick } from 'node:timers/promises'
import { busConformance } from '../conformance/bus.ts'
import { memoryBus } from './memory.ts'

busConformance(() => Promise.resolve({ bus: memoryBus({ onError: () => {} }), settle: () => nextTick() }))
