export { assert, AssertionError, unreachable } from './assert.ts'
export { addMs, fromUnixSeconds, monotonicMs, parseTimestamp, systemClock, unixSeconds, type Clock } from './clock.ts'
export {
  errorBody,
  Fault,
  faultCatalogue,
  type ErrorBody,
  type FaultCode,
  type FaultDetail,
  type FaultSpec,
  type FaultType,
} from './faults.ts'
export { createIds, idFloor, idPrefixes, type Id, type IdKind, type NewId, type RandomBytes } from './ids.ts'
export {
  amountMax,
  amountStep,
  chargeAmountMax,
  chargeAmountMin,
  currencies,
  exactNumber,
  formatMoney,
  minorUnitDigits,
  parseInteger,
  payoutStep,
  safeIntegerMax,
  toNearestStep,
} from './money.ts'
