import { InvalidOption, show } from '../base/errors.ts'
import { sizeOf } from '../base/shape.ts'
import { adjoints, isFlat } from './adjoints.ts'
import { alike, forLayers, isBeneath, isOps, perform, tapeOf } from './operations.ts'
import { type GradientRule, type Ops, type Origin, runRule } from './ops.ts'
import { walk } from './scan.ts'

// Reverse-mode differentiation as an interpreter: it runs and records every operation in the interpreter beneath.
// Backwards through the records, each operation's adjoint carries the gradient from its result to its inputs.

/** A value under differentiation. */
export interface Traced<T> {
  readonly value: T
  /** The tape that it belongs to. */
  readonly tape: symbol
  /** Whether it is a variable, or depends on one. */
  readonly varies: boolean
  readonly origin?: Origin<Traced<T>>
}

interface Note<T> {
  readonly inputs: readonly Traced<T>[]
  readonly output: Traced<T>
  /** The gradients of the inputs from that of the output, by the interpreter that ran the operation. */
  readonly back: (gradient: T) => readonly (T | null)[]
}

/** A record of a function with a gradient of its own. */
interface RuleNote<T> {
  readonly beneath: Ops<T>
  readonly rule: GradientRule
  readonly inputs: readonly Traced<T>[]
  readonly outputs: readonly Traced<T>[]
}

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

const refuseLoop = (): never => {
  throw new InvalidOption({
    layer: 'loop',
    option: 'initial',
    expected: 'no gradient asked through a loop, whose length depends on values',
    got: 'one through a loop over what depends on a variable',
    remedy: 'Give it ops.stopGradient of what it uses, or repeat the operations a fixed number of times.',
  })
}

/** Zeros of the shape of a tensor. Not a product with 0, which would keep NaN. */
export const zerosLike = <T>(ops: Ops<T>, x: T): T => {
  const shape = ops.shape(x)
  const zero = ops.constant(0)
  return sizeOf(shape) === null ? ops.where(zero, x, zero) : ops.constant(0, shape as readonly number[])
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
  const notes: (Note<T> | RuleNote<T>)[] = []
  /** Results of loops that depend on variables: they have no gradient. */
  const looped = new Set<Traced<T>>()
  const id = Symbol('tape')
  const fixed = (value: T): Traced<T> => ({ value, tape: id, varies: false })
  const isOwn = (value: unknown): value is Traced<T> => tapeOf(value) === id
  /** Values may be of the interpreter beneath, whatever their type says. */
  const lifted = (value: Traced<T>): Traced<T> => (isOwn(value) ? value : fixed(value as T))

  const noting = (own: Ops<T>): Ops<Traced<T>> => {
    const run = perform(own)
    const { within } = own
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
        if (varies) notes.push({ inputs, output, back: gradient => rule(own, gradient, about) })
        return output
      },
      {
        shape: x => own.shape(lifted(x).value),
        isTensor: value => isOwn(value) || isBeneath(own, value),
        constant: (values, shape) => fixed(own.constant(values, shape)),
        uniform: (key, shape) => fixed(own.uniform(key, shape)),
        normal: (key, shape) => fixed(own.normal(key, shape)),
        scan: (body, initial, sequence) => {
          const [carried, outputs] = walk(ops, body, initial, sequence)
          return [carried.map(lifted), outputs]
        },
        loop: (condition, body, initial, limit) => {
          const given = initial.map(lifted)
          let varies = given.some(value => value.varies)
          const noted = notes.length
          const results = own.loop(
            carried => lifted(condition(carried.map(fixed))).value,
            carried => {
              const next = body(carried.map(fixed)).map(lifted)
              varies ||= next.some(value => value.varies)
              return next.map(({ value }) => value)
            },
            given.map(({ value }) => value),
            limit,
          )
          // Nothing outside the loop uses its records.
          notes.length = noted
          const outputs = results.map((value): Traced<T> => ({ value, tape: id, varies }))
          if (varies) for (const output of outputs) looped.add(output)
          return outputs
        },
        withGradient: (rule, given) => {
          const inputs = given.map(lifted)
          const varies = inputs.some(input => input.varies)
          const values = runRule(
            own,
            rule,
            inputs.map(({ value }) => value),
          )
          const outputs = values.map((value): Traced<T> => ({ value, tape: id, varies }))
          if (varies) notes.push({ beneath: own, rule, inputs, outputs })
          return outputs
        },
        origin: x => lifted(x).origin,
        ...(within && { within: forLayers(layer => noting(within(layer))) }),
      },
    )
    return ops
  }

  const gradients: Tape<T>['gradients'] = (outputs, wrt) => {
    const found = new Map<Traced<T>, T>()
    const arrive = (at: Traced<T>, gradient: T): void => {
      const before = found.get(at)
      found.set(at, before === undefined ? gradient : beneath.add(before, gradient))
    }
    for (const [output, cotangent] of outputs) arrive(lifted(output), cotangent)
    /** The gradients of a record's inputs; `undefined` if its outputs have none. */
    const gradientsOf = (note: Note<T> | RuleNote<T>): readonly (T | null)[] | undefined => {
      if ('output' in note) {
        const dy = found.get(note.output)
        return dy === undefined ? undefined : note.back(dy)
      }
      const { beneath: own, rule, inputs, outputs } = note
      const arrived = outputs.map(output => found.get(output))
      if (arrived.every(dy => dy === undefined)) return undefined
      const x = inputs.map(({ value }) => value)
      const y = outputs.map(({ value }) => value)
      return rule.backward(
        own,
        x,
        y,
        arrived.map((dy, i) => dy ?? zerosLike(own, y[i] as T)),
        inputs.map(({ varies }) => varies),
      )
    }
    for (const note of notes.toReversed()) {
      const results = gradientsOf(note)
      if (results === undefined) continue
      for (const [i, input] of note.inputs.entries()) {
        const gradient = results[i]
        if (input.varies && gradient !== null && gradient !== undefined) arrive(input, gradient)
      }
    }
    for (const at of looped) if (found.has(at) && !wrt.includes(at)) refuseLoop()
    return wrt.map(at => found.get(at) ?? zerosLike(beneath, lifted(at).value))
  }

  return { ops: noting(beneath), variable: value => ({ value, tape: id, varies: true }), fixed, owns: isOwn, gradients }
}
