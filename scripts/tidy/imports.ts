/** Rules about imports: which room may enter which, and the order of layers inside a service. */
import { posix } from 'node:path'
import type { Complaint } from './complaint.ts'
import { isForTests, reaches, reachOf, roomOf, type Workspace } from './rooms.ts'
import type { Import, Source } from './source.ts'

export type House = {
  readonly sources: ReadonlyMap<string, Source>
  readonly workspaces: ReadonlyMap<string, Workspace>
}

/** The file a relative import names; undefined for a package. */
const fileOf = (path: string, specifier: string): string | undefined =>
  specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined

type Finding = Pick<Complaint, 'rule' | 'problem' | 'mend'>

const relativeRules = (path: string, specifier: string, target: string): Finding[] => {
  const findings: Finding[] = []
  if (!/\.(ts|tsx|json|css|svg)$/.test(target))
    findings.push({
      rule: 'extension',
      problem: `'${specifier}' names no file`,
      mend: 'Write the file with its extension, such as ./money.ts: Node runs the sources as they are.',
    })
  if (roomOf(path) !== roomOf(target) && !isForTests(path))
    findings.push({
      rule: 'walls',
      problem: `'${specifier}' climbs out of ${roomOf(path)}`,
      mend: 'Import the package by its name, and export what you need from its index.ts.',
    })
  return findings
}

const workspaceRules = (path: string, specifier: string, { workspaces }: House): Finding[] => {
  const name = specifier.split('/').slice(0, 2).join('/')
  const workspace = workspaces.get(name)
  const room = roomOf(path)
  if (!workspace)
    return [{ rule: 'walls', problem: `${name} does not exist`, mend: 'Look up its name in packages/README.md.' }]
  const subpath = specifier.replace(name, '.')
  if (!workspace.exports.has(subpath))
    return [
      {
        rule: 'deep',
        problem: `${specifier} reaches inside ${name}`,
        mend: `Export it from ${workspace.room}/src/index.ts and import '${name}'.`,
      },
    ]
  if (isForTests(path)) return []
  if (!reaches(room, workspace.room))
    return [
      {
        rule: 'rooms',
        problem: `${room} may not import ${name}`,
        mend: `It may import ${reachOf(room)?.join(', ') || 'nothing'}: hand the thing in from a composition root, or move the shared part down.`,
      },
    ]
  if (room !== workspace.room && !workspaceOf(room, workspaces)?.dependencies.has(name))
    return [
      {
        rule: 'declared',
        problem: `${name} is not in ${room}/package.json`,
        mend: `Add "${name}": "*" to its dependencies.`,
      },
    ]
  return []
}

const workspaceOf = (room: string, workspaces: House['workspaces']): Workspace | undefined =>
  [...workspaces.values()].find((workspace) => workspace.room === room)

const testRules = (path: string, specifier: string, target: string | undefined): Finding[] => {
  const forTests = target ? isForTests(target) : /^(@micro\/testing|vitest|fast-check)(\/|$)/.test(specifier)
  if (!forTests || isForTests(path)) return []
  return [{ rule: 'tests', problem: `'${specifier}' is for tests only`, mend: 'Move what both need into the sources.' }]
}

const rankOf = (path: string): number => (/\.(http|events)\.ts$/.test(path) ? 2 : path.endsWith('.store.ts') ? 1 : 0)

const wiring = /^services\/[^/]+\/src\/[^/]+\.ts$/

/** A feature file has a store, handlers or events beside it: `refund.ts` with `refund.store.ts`. */
const isFeature = (path: string, { sources }: House): boolean =>
  path.startsWith('services/') &&
  !wiring.test(path) &&
  rankOf(path) === 0 &&
  !isForTests(path) &&
  ['store', 'http', 'events'].some((role) => sources.has(path.replace(/\.ts$/, `.${role}.ts`)))

const layerRules = (path: string, specifier: string, target: string, house: House): Finding[] => {
  const rank = rankOf(path)
  if (rankOf(target) <= rank || (rank === 0 && !isFeature(path, house))) return []
  return [
    {
      rule: 'layers',
      problem: `'${specifier}' lies above this file`,
      mend: 'The order is handlers and events, then store, then feature: pass the value down as an argument.',
    },
  ]
}

/** The feature files and, since purity is only as deep as what they import, the files they lead to. */
const pureFiles = (house: House): ReadonlySet<string> => {
  const pure = new Set([...house.sources.keys()].filter((path) => isFeature(path, house)))
  for (const path of pure)
    for (const { specifier, typeOnly } of house.sources.get(path)?.imports ?? []) {
      const target = fileOf(path, specifier)
      if (target && !typeOnly && rankOf(target) === 0 && house.sources.has(target)) pure.add(target)
    }
  return pure
}

/** Hashing decides nothing and reads nothing; the rest of node:crypto makes randomness. */
const isHashing = ({ specifier, clause }: Import): boolean =>
  specifier === 'node:crypto' && /^\s*\{(\s*(hash|createHash|createHmac|timingSafeEqual)\s*,?)+\s*\}\s*$/.test(clause)

const pureRules = (one: Import): Finding[] => {
  const { specifier } = one
  if (isHashing(one)) return []
  if (specifier.startsWith('.') || specifier === '@micro/kernel' || specifier === '@micro/contracts') return []
  return [
    {
      rule: 'pure',
      problem: `'${specifier}' in a feature file, or in one that a feature file imports`,
      mend: 'Decisions import only kernel, contracts and their siblings: hand the rest in as values.',
    },
  ]
}

/** Everything that is wrong with the imports of the house. */
export const importComplaints = (house: House): Complaint[] => {
  const pure = pureFiles(house)
  const complaints: Complaint[] = []
  for (const { path, imports } of house.sources.values())
    for (const one of imports) {
      const { specifier, line } = one
      const target = fileOf(path, specifier)
      const findings = [
        ...(target ? relativeRules(path, specifier, target) : []),
        ...(target && path.startsWith('services/') && !isForTests(path)
          ? layerRules(path, specifier, target, house)
          : []),
        ...testRules(path, specifier, target),
        ...(specifier.startsWith('@micro/') ? workspaceRules(path, specifier, house) : []),
        ...(pure.has(path) ? pureRules(one) : []),
      ]
      complaints.push(...findings.map((finding) => ({ file: path, line, ...finding })))
    }
  return complaints
}
