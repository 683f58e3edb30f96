export { importBook, type Imported } from './import.work.ts'
export { ImportRefused } from './refused.ts'
