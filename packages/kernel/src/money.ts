/** Amounts are bigints in minor units (cents, yen, fils). Nothing in Micro uses fractions. */
export const safeIntegerMax = BigInt(Number.MAX_SAFE_INTEGER)

/** The largest amount one ledger entry or payment may carry; sums of thousands of them stay within numeric(38,0). */
export const amountMax = 10n ** 30n

/**
 * Decimal digits per ISO 4217 currency, where they are not 2. Source: Stripe's list of zero- and three-decimal currencies.
 * isk and ugx are spoken of with two, as Stripe has it, though neither has any: see `amountStep`.
 */
const decimals: Readonly<Record<string, 0 | 3>> = {
  bif: 0,
  clp: 0,
  djf: 0,
  gnf: 0,
  jpy: 0,
  kmf: 0,
  krw: 0,
  mga: 0,
  pyg: 0,
  rwf: 0,
  vnd: 0,
  vuv: 0,
  xaf: 0,
  xof: 0,
  xpf: 0,
  bhd: 3,
  jod: 3,
  kwd: 3,
  omr: 3,
  tnd: 3,
}

/** Currencies a payment may be made in: lower-case ISO 4217 codes. */
export const currencies: ReadonlySet<string> = new Set(
  (
    'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny ' +
    'cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod ' +
    'jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio ' +
    'nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd ' +
    'top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw'
  ).split(' '),
)

/** How many decimal digits the minor unit has: 2 for usd, 0 for jpy, 3 for kwd. */
export const minorUnitDigits = (currency: string): 0 | 2 | 3 => decimals[currency] ?? 2

const wholeUnitsOnly: ReadonlySet<string> = new Set(['isk', 'ugx'])
const wholeUnitsInPayouts: ReadonlySet<string> = new Set(['huf', 'twd'])

/**
 * What amounts that cards move are multiples of, in minor units: 10 where there are three decimals, since the networks
 * know two; 100 where two are written and none exist; else 1.
 */
export const amountStep = (currency: string): 1n | 10n | 100n => {
  if (wholeUnitsOnly.has(currency)) return 100n
  return minorUnitDigits(currency) === 3 ? 10n : 1n
}

/** What payouts are multiples of: banks know no fillér and no cent of a Taiwan dollar, which cards do. */
export const payoutStep = (currency: string): 1n | 10n | 100n =>
  wholeUnitsInPayouts.has(currency) ? 100n : amountStep(currency)

/** To the nearest multiple of a step, halves up. */
export const toNearestStep = (amount: bigint, step: bigint): bigint => ((amount * 2n + step) / (step * 2n)) * step

/** Smallest chargeable amount per currency in minor units (Stripe's published minimums); 1 where none is published. */
const minimums: Readonly<Record<string, bigint>> = {
  usd: 50n,
  aed: 200n,
  aud: 50n,
  brl: 50n,
  cad: 50n,
  chf: 50n,
  czk: 1500n,
  dkk: 250n,
  eur: 50n,
  gbp: 30n,
  hkd: 400n,
  huf: 17500n,
  inr: 50n,
  jpy: 50n,
  mxn: 1000n,
  myr: 200n,
  nok: 300n,
  nzd: 50n,
  pln: 200n,
  ron: 200n,
  sek: 300n,
  sgd: 50n,
  thb: 1000n,
}

export const chargeAmountMin = (currency: string): bigint => minimums[currency] ?? 1n

/** Largest chargeable amount in minor units: eight digits, as Stripe has it. */
export const chargeAmountMax = 99_999_999n

/** Reads an integer written as plain digits with an optional minus: no fraction, exponent, leading zero or plus. */
export const parseInteger = (text: string): bigint | undefined =>
  /^(0|-?[1-9]\d*)$/.test(text) && text.length <= 40 ? BigInt(text) : undefined

/** The JSON number for an amount where it is exact in every client, else null (its string twin always is). */
export const exactNumber = (amount: bigint): number | null =>
  amount <= safeIntegerMax && amount >= -safeIntegerMax ? Number(amount) : null

/** For people only: 1999 usd → "19.99 USD". */
export const formatMoney = (amount: bigint, currency: string): string => {
  const places = minorUnitDigits(currency)
  const sign = amount < 0n ? '-' : ''
  const padded = (amount < 0n ? -amount : amount).toString().padStart(places + 1, '0')
  const whole = places === 0 ? padded : `${padded.slice(0, -places)}.${padded.slice(-places)}`
  return `${sign}${whole} ${currency.toUpperCase()}`
}
