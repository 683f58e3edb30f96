import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { temporaryDirectory } from '@micro/testing'
import type { Name } from '../e2e/distributed.fixture.ts'
import { root } from '../e2e/harness.ts'

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()

/** A shallow clone has no history, a clone of one branch no main, an unpacked archive neither. */
const commitOf = (...args: string[]): string | undefined => {
  try {
    return git(...args)
  } catch {
    return undefined
  }
}

const revision = (): string | undefined => {
  const head = commitOf('rev-parse', 'HEAD')
  const candidates = [
    commitOf('merge-base', 'HEAD', 'origin/main'),
    commitOf('merge-base', 'HEAD', 'main'),
    commitOf('rev-parse', 'HEAD~1'),
  ]
  return candidates.find((commit) => commit !== undefined && commit !== head)
}

export interface Version {
  /** Says which one it is. */
  readonly name: string
  main(service: Name): string
  remove(): Promise<void>
}

/** Third-party packages are shared; Micro's own are those of the other tree. */
const linkPackages = (tree: string): void => {
  const from = join(root, 'node_modules')
  const to = join(tree, 'node_modules')
  mkdirSync(join(to, '@micro'), { recursive: true })
  for (const name of readdirSync(from))
    if (name !== '@micro' && !name.startsWith('.')) symlinkSync(join(from, name), join(to, name))
  for (const name of readdirSync(join(from, '@micro'))) {
    const place = relative(root, realpathSync(join(from, '@micro', name)))
    symlinkSync(join(tree, place), join(to, '@micro', name))
    // What a part needs in another version than the rest lies with it.
    const own = join(root, place, 'node_modules')
    if (existsSync(own) && existsSync(join(tree, place))) symlinkSync(own, join(tree, place, 'node_modules'))
  }
}

/** The version before this one: where the branch left main, else the last commit; undefined without any history. */
export const previousVersion = async (): Promise<Version | undefined> => {
  const commit = revision()
  if (commit === undefined) return undefined
  const directory = await temporaryDirectory()
  const archive = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 2 ** 28 })
  execFileSync('tar', ['-x', '-C', directory.path], { input: archive })
  linkPackages(directory.path)
  return {
    name: commit.slice(0, 9),
    main: (service) => join(directory.path, 'services', service, 'src', 'main.ts'),
    remove: directory.remove,
  }
}
