import { type BackendOption, backendOption } from '../../backends/choose.ts'
import { InvalidOption, show } from '../../base/errors.ts'
import { isFunction, type Options, ownOptions, parseOptions } from '../../base/options.ts'
import { asParts } from '../../network/networks.ts'
import { maybe } from '../codecs.ts'
import { fitting, judging, type NormalFitting, namesKept } from '../options.ts'
import { readRules } from './rule.ts'
import type { RulesOptions } from './subject.ts'

// How calls with rules are read.

type Given = Readonly<Record<string, unknown>>
const backend: Options<{ readonly backend: BackendOption }> = { backend: { codec: backendOption, default: 'tfjs' } }
const plain = { paced: false, guarded: false }

/** What calls with rules have: networks, rules, and what is read of the options. */
const ruledBy = <Own extends object>(
  owner: string,
  networks: Given,
  rules: unknown,
  options: Options<Own>,
  given: unknown,
): Omit<RulesOptions, 'paced' | 'guarded'> & Own => {
  const parts = asParts(owner, networks)
  const example = `${owner}(networks, rules, { backend: 'onnxruntime' })`
  const read = parseOptions<Own & { backend: BackendOption }>(
    owner,
    example,
    { ...backend, ...options } as Options<Own & { backend: BackendOption }>,
    given,
  )
  return { ...read, owner, parts, rules: readRules(owner, parts, rules) }
}

/** Reads the arguments of `trainStep` with rules. */
export const readRulesStep = (owner: string, networks: Given, rules: unknown, given: unknown): RulesOptions => ({
  ...plain,
  ...ruledBy<object>(owner, networks, rules, {}, given),
})

/** Reads the arguments of `compileTraining` with rules; `Recompiled` is its own type. */
export const readCompiledRules = <Recompiled>(
  owner: string,
  networks: Given,
  rules: unknown,
  given: unknown,
): RulesOptions & { readonly onRecompile: ((recompiled: Recompiled) => unknown) | null } => ({
  ...plain,
  ...ruledBy<{ readonly onRecompile: ((recompiled: Recompiled) => unknown) | null }>(
    owner,
    networks,
    rules,
    { onRecompile: { codec: maybe('a function', isFunction), default: null } },
    given,
  ),
})

/** Reads the networks and options of `fit` with rules. */
export const readRulesFit = <Examples, Progress, State>(
  networks: Given,
  given: unknown,
): { readonly ruled: RulesOptions; readonly loop: NormalFitting<Examples, Progress, State> } => {
  const owner = 'fit'
  const example = 'fit(networks, variables, data, { rules: { loss }, epochs: 10 })'
  const { rules, ...rest } = ownOptions(owner, example, given)
  if (rules === undefined)
    throw new InvalidOption({
      layer: owner,
      option: 'rules',
      expected: 'a rule, or an array of rules, for several networks',
      got: 'none',
      remedy: `For example: ${example}.`,
    })
  // Options of one network and its outputs: they would be for no network in particular.
  const other = namesKept.find(name => Object.hasOwn(rest, name))
  if (other !== undefined)
    throw new InvalidOption({
      layer: owner,
      option: other,
      expected: `no ${other} beside rules`,
      got: show(rest[other]),
      remedy: ['loss', 'optimizer', 'trains'].includes(other)
        ? 'Give it to a rule.'
        : 'Compute it in the loss of a rule, and report it: [loss, report].',
    })
  type Loop = NormalFitting<Examples, Progress, State>
  const read = ruledBy<Loop>(owner, networks, rules, fitting<Examples, Progress, State>(), rest)
  const loop = judging<Loop>(read, [])
  return { ruled: { ...read, paced: loop.reduceOnPlateau !== null, guarded: loop.terminateOnNaN }, loop }
}
