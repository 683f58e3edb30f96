export { linesOf } from './lines.ts'
export { verifyLedger, type Verification, type VerifiedBook } from './verify.work.ts'
