export type { Bus, Unsubscribe } from './bus.ts'
export { memoryBus } from './memory.ts'
