/**
 * Runs the steps of the Dockerfile in a clean directory, each stage in a folder that stands for its root: what the last
 * stage then holds is what the image holds beside its base. Instructions and patterns it does not know are refused.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile } from 'node:fs/promises'
import { basename, isAbsolute, join, relative } from 'node:path'
import { promisify } from 'node:util'

interface Instruction {
  readonly name: string
  readonly rest: string
}

const instructionsOf = (dockerfile: string): Instruction[] =>
  dockerfile
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, rest] = /^([A-Z]+) (.+[^\\])$/.exec(line) ?? []
      if (name === undefined || rest === undefined) throw new Error(`Dockerfile: cannot run '${line}'`)
      return { name, rest }
    })

const patternOf = (glob: string): RegExp => {
  if (!/^[\w./*-]+$/.test(glob)) throw new Error(`.dockerignore: cannot apply '${glob}'`)
  const body = glob
    .split('/')
    .map((part) => (part === '**' ? '(?:.+/)?' : `${part.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}/`))
    .join('')
  // A folder that is left out is left out with all in it.
  return new RegExp(`^${body.replace(/\/$/, '')}(?:/|$)`)
}

/** Whether a path, relative to the context, is part of the context: the last pattern that matches decides. */
export const contextFilter = (dockerignore: string): ((path: string) => boolean) => {
  const rules = dockerignore
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ keeps: line.startsWith('!'), pattern: patternOf(line.replace(/^!/, '')) }))
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.keeps ?? true
}

interface Stage {
  readonly name: string | undefined
  readonly folder: string
  workdir: string
}

const run = promisify(execFile)

/** Where a path of the image lies; relative ones begin at the working directory. */
const placeOf = (stage: Stage, path: string): string =>
  join(stage.folder, isAbsolute(path) ? path : join(stage.workdir, path))

const copyInto = async (stage: Stage, sources: string[], target: string, from: (path: string) => string) => {
  for (const source of sources) {
    const whole = await readFile(from(source)).then(
      () => false,
      () => true,
    )
    const place = placeOf(stage, target)
    await cp(from(source), whole ? place : join(place, basename(source)), { recursive: true })
  }
}

/**
 * Builds `context` in `directory`, where commands run with `environment`, and tells which folder stands for the image's
 * working directory. @throws Error with the output of the step that failed
 */
export const buildImage = async (options: {
  context: string
  directory: string
  environment: Readonly<Record<string, string>>
}): Promise<string> => {
  const { context, directory, environment } = options
  const inContext = contextFilter(await readFile(join(context, '.dockerignore'), 'utf8'))
  const stages: Stage[] = []
  const step: Record<string, (stage: Stage, rest: string) => Promise<void>> = {
    async WORKDIR(stage, rest) {
      stage.workdir = rest
      await mkdir(placeOf(stage, '.'), { recursive: true })
    },
    async COPY(stage, rest) {
      // Whose a file is shows only where it is mounted: see `owned` of the images.
      const [first = '', ...others] = rest.split(' ').filter((word) => !/^--chown=\d+:\d+$/.test(word))
      const from = /^--from=(\w+)$/.exec(first)?.[1]
      const paths = from === undefined ? [first, ...others] : others
      const target = paths.pop() ?? ''
      if (from === undefined) {
        if (paths.join(' ') !== '.') throw new Error(`Dockerfile: cannot run 'COPY ${rest}'`)
        const filter = (path: string) => path === context || inContext(relative(context, path))
        return cp(context, placeOf(stage, target), { recursive: true, filter })
      }
      const source = stages.find(({ name }) => name === from)
      if (source === undefined) throw new Error(`Dockerfile: there is no stage ${from}`)
      return copyInto(stage, paths, target, (path) => placeOf(source, path))
    },
    async RUN(stage, rest) {
      await run('sh', ['-c', rest], { cwd: placeOf(stage, '.'), env: environment, maxBuffer: 2 ** 26 })
    },
    // What a container is and runs, compose.yaml says of each.
    USER: async () => {},
    CMD: async () => {},
  }
  for (const { name, rest } of instructionsOf(await readFile(join(context, 'Dockerfile'), 'utf8'))) {
    if (name === 'FROM') {
      const as = /^\S+ AS (\w+)$/.exec(rest)?.[1]
      const folder = join(directory, String(stages.length))
      await mkdir(folder, { recursive: true })
      stages.push({ name: as, folder, workdir: '/' })
      continue
    }
    const [stage, perform] = [stages.at(-1), step[name]]
    if (stage === undefined || perform === undefined) throw new Error(`Dockerfile: cannot run '${name} ${rest}'`)
    await perform(stage, rest)
  }
  const last = stages.at(-1)
  if (last === undefined) throw new Error('Dockerfile: there is no stage')
  return placeOf(last, '.')
}
