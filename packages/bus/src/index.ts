export type { Bus, BusStatus, Unsubscribe } from './bus.ts'
export { memoryBus } from './memory.ts'
export { sparingly } from './sparingly.ts'
