import { InvalidOption, show } from '../base/errors.ts'
import { adjoints, isFlat } from './adjoints.ts'
import { differentiableLoop } from './loop-gradients.ts'
import { alike, forLayers, isBeneath, isOps, perform, tapeOf } from './operations.ts'
import { type Ops, runRule } from './ops.ts'
import { isLong, walk } from './scan.ts'
import { differentiableScan } from './scan-gradients.ts'
import { type Note, type Recorder, type Traced, zerosLike } from './traced.ts'

// Reverse-mode differentiation as an interpreter: it runs and records every operation in the interpreter beneath.
// Backwards through the records, each operation's adjoint carries the gradient from its result to its inputs.

/**
 * An interpreter that records its operations, and their gradients. Values of the interpreter beneath are constants to
 * it, so functions may close over them. The interpreter beneath may be another tape.
 */
export interface Tape<T> {
  readonly ops: Ops<Traced<T>>
  /** A value to differentiate with respect to. */
  readonly variable: (value: T) => Traced<T>
  /** A constant. */
  readonly fixed: (value: T) => Traced<T>
  /** Whether a value is one of this tape. */
  readonly owns: (value: unknown) => value is Traced<T>
  /** Gradients of the sum of each output times its cotangent with respect to `wrt`; zeros if it does not depend on it. */
  readonly gradients: (
    outputs: readonly (readonly [output: Traced<T>, cotangent: T])[],
    wrt: readonly Traced<T>[],
  ) => readonly T[]
}

/**
 * A new tape over an interpreter.
 *
 * @throws InvalidOption if `beneath` is no interpreter
 * @example
 * ```ts
 * import { tape, tfjsOps } from 'joinery'
 * // The second derivative of x^3, by a tape over a tape.
 * const outer = tape(tfjsOps)
 * const inner = tape(outer.ops)
 * const x = outer.variable(tfjsOps.constant(2))
 * const at = inner.variable(x)
 * const cube = inner.ops.multiply(at, inner.ops.square(at))
 * const [slope] = inner.gradients([[cube, outer.ops.constant(1)]], [at])
 * const [curvature] = outer.gradients([[slope!, tfjsOps.constant(1)]], [x])
 * Array.from(curvature!.dataSync()) // [12]
 * ```
 */
export const tape = <T>(beneath: Ops<T>): Tape<T> => {
  if (!isOps(beneath))
    throw new InvalidOption({
      layer: 'tape',
      option: 'beneath',
      expected: 'operations',
      got: show(beneath),
      remedy: 'For example: tape(tfjsOps).',
    })
  const notes: Note<T>[] = []
  const id = Symbol('tape')
  const valueThat =
    (varies: boolean) =>
    (value: T): Traced<T> => ({ value, tape: id, varies })
  const [variable, fixed] = [valueThat(true), valueThat(false)]
  const isOwn = (value: unknown): value is Traced<T> => tapeOf(value) === id
  /** Values may be of the interpreter beneath, whatever their type says. */
  const lifted = (value: Traced<T>): Traced<T> => (isOwn(value) ? value : fixed(value as T))

  /** The gradients by some records, from the last one to the first. */
  const swept = (
    records: readonly Note<T>[],
    outputs: readonly (readonly [output: Traced<T>, cotangent: T])[],
    wrt: readonly Traced<T>[],
  ): readonly T[] => {
    const found = new Map<Traced<T>, T>()
    const arrive = (at: Traced<T>, gradient: T): void => {
      const before = found.get(at)
      found.set(at, before === undefined ? gradient : beneath.add(before, gradient))
    }
    for (const [output, cotangent] of outputs) arrive(lifted(output), cotangent)
    for (const { inputs, outputs: own, back } of records.toReversed()) {
      const arrived = own.map(output => found.get(output))
      if (arrived.every(gradient => gradient === undefined)) continue
      const results = back(arrived)
      for (const [i, input] of inputs.entries()) {
        const gradient = results[i]
        if (input.varies && gradient !== null && gradient !== undefined) arrive(input, gradient)
      }
    }
    return wrt.map(at => found.get(at) ?? zerosLike(beneath, lifted(at).value))
  }

  /** The results of a function, and its records, which are not kept. */
  const apart = (run: () => readonly Traced<T>[]) => {
    const first = notes.length
    const results = run().map(lifted)
    return { results, records: notes.splice(first) }
  }
  const note = (record: Note<T>): void => void notes.push(record)
  const recorded: Recorder<T>['recorded'] = (run, own = []) => {
    const { results, records } = apart(run)
    const made = new Set([...own, ...records.flatMap(({ outputs }) => outputs)])
    const used = [...records.flatMap(({ inputs }) => inputs), ...results]
    return { results, around: used.filter(value => value.varies && !made.has(value)) }
  }
  const pulled: Recorder<T>['pulled'] = (run, cotangents, wrt) => {
    const { results, records } = apart(run)
    return swept(
      records,
      results.map((output, i) => [output, cotangents[i] as T] as const),
      wrt,
    )
  }

  const noting = (own: Ops<T>): Ops<Traced<T>> => {
    const run = perform(own)
    const { within } = own
    const recorder: Recorder<T> = { ops: own, lifted, variable, fixed, valueThat, note, recorded, pulled }
    const scan = differentiableScan(recorder)
    const ops: Ops<Traced<T>> = alike<Traced<T>>(
      (operation, given, attributes) => {
        const inputs = given.map(lifted)
        const value = run(
          operation,
          inputs.map(input => input.value),
          attributes,
        )
        const varies = !isFlat(operation) && inputs.some(input => input.varies)
        const output = { value, tape: id, varies, origin: { operation, inputs, attributes } }
        // The table's type pairs each rule with its own attributes, which any operation cannot express.
        const rule = adjoints[operation] as (typeof adjoints)['concatenate']
        const about = {
          inputs: inputs.map(input => input.value),
          y: value,
          needed: inputs.map(input => input.varies),
          attributes: attributes as readonly [number],
        }
        // The record has one output, and so one gradient.
        if (varies) notes.push({ inputs, outputs: [output], back: ([gradient]) => rule(own, gradient as T, about) })
        return output
      },
      {
        shape: x => own.shape(lifted(x).value),
        isTensor: value => isOwn(value) || isBeneath(own, value),
        constant: (values, shape) => fixed(own.constant(values, shape)),
        uniform: (key, shape) => fixed(own.uniform(key, shape)),
        normal: (key, shape) => fixed(own.normal(key, shape)),
        scan: (body, initial, sequence) => {
          const isWalked = !isLong(ops, initial, sequence)
          const [carried, outputs] = isWalked ? walk(ops, body, initial, sequence) : scan(body, initial, sequence)
          return [carried.map(lifted), outputs]
        },
        loop: differentiableLoop(recorder),
        withGradient: (rule, given) => {
          const inputs = given.map(lifted)
          const x = inputs.map(({ value }) => value)
          const y = runRule(own, rule, x)
          const varies = inputs.map(input => input.varies)
          const outputs = y.map(valueThat(varies.includes(true)))
          if (varies.includes(true))
            notes.push({
              inputs,
              outputs,
              back: arrived => {
                const cotangents = arrived.map((dy, i) => dy ?? zerosLike(own, y[i] as T))
                return rule.backward(own, x, y, cotangents, varies)
              },
            })
          return outputs
        },
        origin: x => lifted(x).origin,
        ...(within && { within: forLayers(layer => noting(within(layer))) }),
      },
    )
    return ops
  }

  return {
    ops: noting(beneath),
    variable,
    fixed,
    owns: isOwn,
    gradients: (outputs, wrt) => swept(notes, outputs, wrt),
  }
}
