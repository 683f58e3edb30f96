export { fakeClock, seededIds, type FakeClock } from './clock.ts'
export { eventually } from './eventually.ts'
export { freePort, temporaryDirectory, type TemporaryDirectory } from './places.ts'
export { scratchDatabase, testDatabase, type DatabaseService, type TestDatabase } from './test-database.ts'
