import type { Flag, Place } from './tree.ts'

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

const namesOf = ({ commands, flags }: Place): string =>
  [...commands.map(({ name }) => name), ...flags.map(({ long }) => long)].join(' ')

/** `--limit` of any place: whether what follows it is its value. */
const valued = (places: readonly Place[]): string[] => [
  ...new Set(places.flatMap(({ flags }) => flags.filter(({ takesValue }) => takesValue).map(({ long }) => long))),
]

const choosing = ({ flags }: Place): readonly Flag[] => flags.filter(({ choices }) => choices.length > 0)

const choiceCases = (places: readonly Place[], indent: string): string =>
  places
    .flatMap((place) =>
      choosing(place).map(
        ({ long, choices }) => `${indent}${quoted(`${place.path} ${long}`)}) values=${quoted(choices.join(' '))} ;;`,
      ),
    )
    .join('\n')

const bash = (
  places: readonly Place[],
): string => `# bash completion of micro; load with: source <(micro completion bash)
_micro() {
  local word place='' skip=0 at values=''
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    if ((skip)); then skip=0; continue; fi
    case "$word" in
      ${valued(places).join('|')}) skip=1 ;;
      -*) ;;
      *) place="\${place:+$place }$word" ;;
    esac
  done
  word=\${COMP_WORDS[COMP_CWORD]}
  if ((skip)); then
    case "$place \${COMP_WORDS[COMP_CWORD - 1]}" in
${choiceCases(places, '      ')}
      *) COMPREPLY=($(compgen -f -- "$word")); return ;;
    esac
  else
    case "$place" in
${places.map((place) => `      ${quoted(place.path)}) values=${quoted(namesOf(place))} ;;`).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$values" -- "$word"))
}
complete -o default -F _micro micro ./micro
`

const zsh = (places: readonly Place[]): string => `#compdef micro
# zsh completion of micro; load with: source <(micro completion zsh)
_micro() {
  local word place='' skip=0 at
  local -a values
  for ((at = 2; at < CURRENT; at++)); do
    word=\${words[at]}
    if ((skip)); then skip=0; continue; fi
    case "$word" in
      ${valued(places).join('|')}) skip=1 ;;
      -*) ;;
      *) place="\${place:+$place }$word" ;;
    esac
  done
  if ((skip)); then
    case "$place \${words[CURRENT - 1]}" in
${choiceCases(places, '      ').replaceAll(/values='([^']*)' ;;/g, 'values=($1) ;;')}
      *) _files; return ;;
    esac
    compadd -- $values
    return
  fi
  case "$place" in
${places
  .map((place) => {
    const commands = place.commands.map(({ name, summary }) => quoted(`${name}:${summary}`))
    const flags = place.flags.map(({ long, text }) => quoted(`${long}:${text}`))
    return `    ${quoted(place.path)}) values=(${[...commands, ...flags].join(' ')}) ;;`
  })
  .join('\n')}
  esac
  _describe 'micro' values
}
compdef _micro micro ./micro
`

const fish = (places: readonly Place[]): string => {
  const lines = places.flatMap(({ path, commands, flags }) => {
    const at = `-n ${quoted(`__micro_at ${quoted(path)}`)}`
    return [
      ...commands.map(({ name, summary }) => `complete -c micro ${at} -a ${quoted(name)} -d ${quoted(summary)}`),
      ...flags.map(({ long, text, takesValue, choices }) => {
        const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : ''
        return `complete -c micro ${at} -l ${long.slice(2)}${value} -d ${quoted(text)}`
      }),
    ]
  })
  return `# fish completion of micro; load with: micro completion fish | source
function __micro_at
  set -l place
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip -eq 1
      set skip 0
      continue
    end
    switch $word
      case ${valued(places).map(quoted).join(' ')}
        set skip 1
      case '-*'
      case '*'
        set -a place $word
    end
  end
  test "$place" = "$argv[1]"
end
complete -c micro -f
${lines.join('\n')}
`
}

/** The script that teaches a shell what can be typed. */
export const completionScripts = { bash, zsh, fish } as const
