/** Rules about what may be written where: effects, SQL, words, length, notes for later. */
import type { Complaint } from './complaint.ts'
import { isForTests } from './rooms.ts'
import { lineOf, type Source } from './source.ts'

const linesMax = 400

type Finding = Pick<Complaint, 'line' | 'rule' | 'problem' | 'mend'>

/** One finding per match of a pattern in a view of the file. */
const each = (
  view: string,
  pattern: RegExp,
  finding: { rule: string; problem: (match: string) => string; mend: string },
): Finding[] =>
  [...view.matchAll(pattern)].map(({ 0: match, index }) => ({
    line: lineOf(view, index),
    rule: finding.rule,
    problem: finding.problem(match.trim()),
    mend: finding.mend,
  }))

const isConfig = (path: string): boolean => /(^|\/)config\.ts$/.test(path)

const effectRules = ({ path, code }: Source): Finding[] => {
  if (isForTests(path)) return []
  const env = each(code, /\bprocess\s*\??\.\s*env\b/g, {
    rule: 'environment',
    problem: () => 'process.env outside config.ts',
    mend: 'Read it once in config.ts and pass the typed value on.',
  })
  const clock = each(code, /\bDate\s*\.\s*now\b|(?:\bnew\s+|(?<![\w.]))Date\s*(?=\()|\bMath\s*\.\s*random\b/g, {
    rule: 'effects',
    problem: (match) => `${match} outside packages/kernel`,
    mend: 'Take a clock or newId as a dependency; kernel has helpers to parse, shift and print dates.',
  })
  return [...(isConfig(path) ? [] : env), ...(path.startsWith('packages/kernel/') ? [] : clock)]
}

const statement =
  /^\s*(?:select\b[^]*\bfrom\b|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|with\s+\w+\s+as\s*\(|(?:create|alter|drop)\s+(?:table|schema|role|database|index)\s|truncate\s+\w)/i

const sqlRules = ({ path, text, code, literals }: Source): Finding[] => {
  if (isForTests(path) || path.endsWith('.store.ts') || path.startsWith('packages/postgres/')) return []
  return literals
    .filter((literal) => statement.test(literal.text) || /\bsql\s*(?:<[^`]*>\s*)?`$/.test(code.slice(0, literal.start)))
    .map(({ start }) => ({
      line: lineOf(text, start),
      rule: 'sql',
      problem: 'SQL outside a store',
      mend: 'Give the query a name and a function of its own in the *.store.ts beside this file.',
    }))
}

const services = ['gateway', 'auth', 'payments', 'ledger', 'events']

/** Quoted text and comments in SQL are not names of tables. */
const sqlNames = (sql: string): string =>
  sql.replace(/'(?:[^']|'')*'|--[^\n]*/g, (piece) => piece.replace(/[^\n]/g, ' '))

const foreignTables = (path: string, sql: string): Finding[] => {
  const own = /^services\/([^/]+)\//.exec(path)?.[1]
  if (own === undefined) return []
  const others = services.filter((service) => service !== own).join('|')
  return each(sqlNames(sql), new RegExp(`(?<![\\w.])(?:${others})\\.[a-z_]\\w*`, 'gi'), {
    rule: 'tables',
    problem: (match) => `${match} belongs to another service`,
    mend: 'Ask that service through packages/client, or follow its events.',
  })
}

const foreignTablesInStore = (source: Source): Finding[] => {
  const inLiterals = source.literals.flatMap(({ start, text }) => {
    const firstLine = lineOf(source.text, start)
    return foreignTables(source.path, text).map((finding) => ({ ...finding, line: finding.line + firstLine - 1 }))
  })
  return source.path.endsWith('.store.ts') ? inLiterals : []
}

const secretName = String.raw`(?:\w+\.)*\w*(?:[sS]ecret|[sS]ignature|[hH]ash|[dD]igest|[mM]ac|[pP]assword|[pP]epper)\b(?![.(\w])`
const plainValue = String.raw`\s|(?:undefined|null|true|false)\b|['"\`\d-]`
const comparedSecret = new RegExp(
  String.raw`(?<!typeof )\b${secretName}\s*[!=]==\s*(?!${plainValue})|(?<![\w.'"\`])(?!${plainValue})[\w.)\]]+\s*[!=]==\s*${secretName}`,
  'g',
)

/** A comparison that ends at the first difference tells, by its time, how much of a secret was guessed right. */
const timingRules = ({ path, code }: Source): Finding[] =>
  isForTests(path)
    ? []
    : each(code, comparedSecret, {
        rule: 'timing',
        problem: (match) => `${match} compares a secret in a time that depends on it`,
        mend: 'Use timingSafeEqual of node:crypto on digests of equal length, or look the digest up.',
      })

const focusRules = ({ path, code }: Source): Finding[] =>
  /\.test\.tsx?$/.test(path)
    ? each(code, /\b(?:test|it|describe|suite|bench)(?:\.\w+)*\.(?:only|skip|todo)\b/g, {
        rule: 'skipped',
        problem: (match) => `${match} leaves tests out`,
        mend: 'Run it or remove it; where a program is missing, skipIf says so.',
      })
    : []

const noteRules = (comments: string): Finding[] => [
  ...each(comments, /\bFIXME\b/g, {
    rule: 'notes',
    problem: () => 'FIXME',
    mend: 'Mend it now, or open an issue and write TODO(#number).',
  }),
  ...each(comments, /\bTODO\b(?!\(#\d+\))/g, {
    rule: 'notes',
    problem: () => 'TODO without an issue',
    mend: 'Write TODO(#number), so that somebody finds it.',
  }),
]

const lengthRule = (path: string, text: string): Finding[] => {
  const lines = text.split('\n').length - 1
  if (lines <= linesMax || /(^|\/)schema\.sql$/.test(path)) return []
  const mend = 'Split it along its roles; a reader holds about 120 lines in mind.'
  return [{ line: linesMax + 1, rule: 'length', problem: `${lines} lines, ${linesMax} at most`, mend }]
}

/** A service does not know which way it is run. */
const modeRule = (path: string, text: string): Finding[] =>
  path.startsWith('services/')
    ? each(text, /\bembedded\w*/gi, {
        rule: 'mode',
        problem: (match) => `the word "${match}" in a service`,
        mend: 'Take what differs as a dependency; only apps/embedded knows how services are run.',
      })
    : []

/** What is wrong with the words of one TypeScript file. */
const sourceFindings = (source: Source): Finding[] => [
  ...effectRules(source),
  ...sqlRules(source),
  ...foreignTablesInStore(source),
  ...timingRules(source),
  ...focusRules(source),
  ...noteRules(source.comments),
  ...lengthRule(source.path, source.text),
]

const sqlFindings = (path: string, text: string): Finding[] => {
  const comments = text.replace(/^.*?(?=--|$)/gm, (code) => ' '.repeat(code.length))
  return [...foreignTables(path, text), ...noteRules(comments), ...lengthRule(path, text)]
}

/** What is wrong with the words of one file; `source` is there when it is TypeScript. */
export const wordComplaints = (path: string, text: string, source: Source | undefined): Complaint[] =>
  [
    ...modeRule(path, text),
    ...(source ? sourceFindings(source) : []),
    ...(path.endsWith('.sql') ? sqlFindings(path, text) : []),
  ].map((finding) => ({ file: path, ...finding }))
