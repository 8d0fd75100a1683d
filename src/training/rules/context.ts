import { InvalidOption, placing, show } from '../../base/errors.ts'
import { nearest } from '../../base/options.ts'
import { foldIn, type Key } from '../../base/random.ts'
import type { Several } from '../../base/shape.ts'
import { leavesOf, mapRecord, mergeTrees, type VariableTree } from '../../base/trees.ts'
import type { AnyLayer } from '../../core/layer.ts'
import { type AnyFunction, asFunction, type Handle, nameOf } from '../../functions/function.ts'
import { grad, valueAndGrad } from '../../functions/grad.ts'
import { type Chosen, type GradientOptions, pairOf, wantedOf } from '../../functions/options.ts'
import { cameInstead, isTensorOf } from '../../functions/trees.ts'
import type { PartsByName } from '../../network/networks.ts'
import type { Part } from '../../network/parts.ts'
import { run } from '../../network/run.ts'
import type { InputOf, OutputOf } from '../../network-types/compose.ts'
import { replacing } from '../../ops/operations.ts'
import type { Ops } from '../../ops/ops.ts'
import { checkTensor, wireFor } from '../../state/check.ts'
import { single } from '../../state/data.ts'
import { variableRules } from '../../state/init.ts'
import { of, within } from './trees.ts'

// What the loss of a rule computes with: the operations, and the networks in their interpretation.

/** A tensor for each of several shapes, or for one. */
type Each<S, T> = S extends Several ? { readonly [K in keyof S]: T } : T

/** Runs a network: takes its input and gives its output, tuples where it has several. */
export type RunNetwork<N extends AnyLayer, T> = (input: Each<InputOf<N>, T>) => Each<OutputOf<N>, T>

/**
 * What runs a network of a record. The condition is on a type parameter, so of a network that is one itself the compiler takes
 * what runs any network that it may be.
 */
type RunOf<N, T> = N extends AnyLayer ? RunNetwork<N, T> : never

/**
 * What the loss of a rule computes with.
 *
 * @typeParam NS the networks by name, `T` the tensors of the operations
 */
export interface ObjectiveContext<NS, T = Handle> {
  readonly ops: Ops<T>
  /**
   * The networks by name: each takes an input and gives the output, in training mode while training. Every run draws anew, and
   * begins with the state, such as running statistics, that the run before it left.
   */
  readonly run: { readonly [Name in keyof NS]: RunOf<NS[Name], T> }
  /**
   * The gradient of a function `(context, ...args)` whose result is a scalar, as a function of the arguments: see `grad`. The
   * function gets a context of its own, in which networks run on the tape of this gradient.
   */
  readonly grad: GradInContext<NS, T>
  /** The same with the value: see `valueAndGrad`. */
  readonly valueAndGrad: ValueAndGradInContext<NS, T>
  /** Another key in every update, and for every rule. Fold something in for each draw: `foldIn(key, 'noise')`. */
  readonly key: Key
  /** Whether this is training; in validation, networks run in inference mode. */
  readonly training: boolean
}

type InContext<NS, T, A extends readonly unknown[], R> = (context: ObjectiveContext<NS, T>, ...args: A) => R

/** `grad` within the loss of a rule. */
export interface GradInContext<NS, T> {
  <A extends readonly unknown[] = T[]>(f: InContext<NS, T, A, T>): (...args: A) => A[0]
  <A extends readonly unknown[] = T[], X = unknown, const W extends number | readonly number[] = 0>(
    f: InContext<NS, T, A, readonly [T, X]>,
    options: GradientOptions<W, true> & { readonly aux: true },
  ): (...args: A) => readonly [gradient: Chosen<A, W>, aux: X]
  <A extends readonly unknown[] = T[], const W extends number | readonly number[] = 0>(
    f: InContext<NS, T, A, T>,
    options: GradientOptions<W, false>,
  ): (...args: A) => Chosen<A, W>
}

/** `valueAndGrad` within the loss of a rule. */
export interface ValueAndGradInContext<NS, T> {
  <A extends readonly unknown[] = T[]>(f: InContext<NS, T, A, T>): (...args: A) => readonly [value: T, gradient: A[0]]
  <A extends readonly unknown[] = T[], X = unknown, const W extends number | readonly number[] = 0>(
    f: InContext<NS, T, A, readonly [T, X]>,
    options: GradientOptions<W, true> & { readonly aux: true },
  ): (...args: A) => readonly [value: readonly [T, X], gradient: Chosen<A, W>]
  <A extends readonly unknown[] = T[], const W extends number | readonly number[] = 0>(
    f: InContext<NS, T, A, T>,
    options: GradientOptions<W, false>,
  ): (...args: A) => readonly [value: T, gradient: Chosen<A, W>]
}

/** What all contexts of one run of a loss share. */
export interface Course {
  /** What was called, and the rule, for errors. */
  readonly owner: string
  readonly parts: PartsByName
  readonly training: boolean
  readonly key: Key
  /** Where a tree of the batch stands that is no tensor. */
  readonly placeIn: (value: unknown) => string | undefined
  /** How often each network has run: each run draws by its own key. */
  readonly runs: Map<string, number>
}

/** The variables that networks run with, and the state that the last run left. */
export interface Memory<T> {
  readonly params: VariableTree<T>
  state: VariableTree<T>
}

/** The place of a fault of a layer or its variables, with the name of the network before that of the layer. */
const ofNetwork =
  (network: string) =>
  (error: { readonly layer: string }): { readonly layer: string } | undefined =>
    error instanceof InvalidOption ? undefined : { layer: `${network}/${error.layer}` }

/** Runs one network, and keeps its state. */
const runOf =
  <T>(ops: Ops<T>, { owner, training, key, runs, placeIn }: Course, memory: Memory<T>) =>
  (part: Part, network: string) =>
  (input: T | readonly T[]): T | readonly T[] => {
    const inputs = (Array.isArray(input) ? input : [input]) as readonly T[]
    const other = inputs.findIndex(value => !isTensorOf(ops, value))
    if (other >= 0) {
      const place = placeIn(inputs[other])
      const came = cameInstead(inputs[other])
      throw new InvalidOption({
        layer: owner,
        option: `run.${network}`,
        expected: 'tensors of the operations in use',
        got: place === undefined ? came : `${place}, ${came}`,
        remedy: 'Make numbers a tensor with ops.constant, and take run and ops from the same context.',
      })
    }
    return placing(ofNetwork(network), () => {
      const wiring = wireFor(part, inputs.map(ops.shape))
      const trees = { params: of(network, memory.params), state: of(network, memory.state) }
      for (const [layer, name, { shape }] of leavesOf(variableRules(wiring)))
        checkTensor(ops, layer, name, shape, trees)
      const count = runs.get(network) ?? 0
      runs.set(network, count + 1)
      const mode = {
        training,
        key: training ? foldIn(foldIn(foldIn(key, 'run'), network), count) : undefined,
        isGiven: false,
      }
      const inNetwork = ops.within
      const named =
        inNetwork === undefined ? ops : replacing(ops, { within: layer => inNetwork(`${network}/${layer}`) })
      const [outputs, state] = run(named, wiring, mergeTrees(trees.params, trees.state), inputs, mode)
      memory.state = mergeTrees(memory.state, within(network, state))
      return single(outputs)
    })
  }

/** The networks that run, and an error for any other. */
const onlyNetworks = <R extends object>({ owner, parts }: Course, run: R): R =>
  new Proxy(run, {
    get: (own, name) => {
      if (typeof name === 'symbol' || name in own) return Reflect.get(own, name)
      const known = Object.keys(parts)
      const meant = nearest(name, known)
      throw new InvalidOption({
        layer: owner,
        option: `run.${name}`,
        expected: `one of the networks ${known.join(', ')}`,
        got: show(name),
        remedy: meant === undefined ? 'Give the network in the record of networks.' : `Did you mean '${meant}'?`,
      })
    },
  })

/** A gradient within a loss: what runs in it leaves its state, as a value of the operations around. */
const derived =
  <T>(owner: 'grad' | 'valueAndGrad', ops: Ops<T>, course: Course, memory: Memory<T>) =>
  (f: unknown, options: unknown = {}) => {
    const own = asFunction(owner, f) as unknown as (context: unknown, ...args: readonly unknown[]) => unknown
    const { wrt, single: isSingle, aux } = wantedOf(owner, options)
    const places = isSingle ? (wrt[0] as number) : wrt
    return (...args: readonly unknown[]): unknown => {
      const inner = (on: Ops<unknown>, ...given: readonly unknown[]): unknown => {
        const nested: Memory<unknown> = { params: memory.params, state: memory.state }
        const result = own(contextOn(on, course, nested), ...given)
        const [loss, beside] = aux ? pairOf(owner, result) : [result, undefined]
        return [loss, { beside, state: nested.state }]
      }
      // The function's name is that in messages.
      const named = Object.defineProperty(inner, 'name', { value: nameOf(own) }) as AnyFunction
      const derive = (owner === 'grad' ? grad : valueAndGrad) as unknown as (f: AnyFunction, o: object) => AnyFunction
      const found = derive(named, { wrt: places, aux: true })(ops, ...args) as readonly [unknown, unknown]
      const [[first, { beside, state }], gradient] = (
        owner === 'grad' ? [[undefined, found[1]], found[0]] : found
      ) as readonly [readonly [unknown, { beside: unknown; state: VariableTree<T> }], unknown]
      memory.state = state
      if (owner === 'grad') return aux ? Object.freeze([gradient, beside]) : gradient
      return Object.freeze([aux ? Object.freeze([first, beside]) : first, gradient])
    }
  }

/** The context of a loss in an interpretation of the operations. */
export const contextOn = <T>(ops: Ops<T>, course: Course, memory: Memory<T>): ObjectiveContext<unknown, T> =>
  Object.freeze({
    ops,
    run: onlyNetworks(course, mapRecord(course.parts, runOf(ops, course, memory))),
    // The types pair functions with their arguments, which any function cannot express.
    grad: derived('grad', ops, course, memory) as GradInContext<unknown, T>,
    valueAndGrad: derived('valueAndGrad', ops, course, memory) as ValueAndGradInContext<unknown, T>,
    key: foldIn(course.key, 'draw'),
    training: course.training,
  }) as ObjectiveContext<unknown, T>
