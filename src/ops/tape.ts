import { InvalidOption, show } from '../core/errors.ts'
import { type Attributes, alike, forLayers, isOps, type Operation, perform } from '../core/operations.ts'
import type { Ops, Origin } from '../core/ops.ts'
import { sizeOf } from '../core/shape.ts'
import { walk } from '../core/walk.ts'
import { adjoints } from './adjoints.ts'

// Reverse-mode differentiation as an interpreter: it runs every operation in the interpreter beneath and notes what was
// done. Walking the notes backwards, each operation's adjoint carries the gradient from its result to its inputs.

/** A value under differentiation. */
export interface Traced<T> {
  readonly value: T
  /** Whether a gradient may be asked for: of a variable, or of what depends on one. */
  readonly varies: boolean
  readonly origin?: Origin<Traced<T>>
}

interface Note<T> {
  /** What it was done in, and its gradient will be. */
  readonly beneath: Ops<T>
  readonly operation: Operation
  readonly inputs: readonly Traced<T>[]
  readonly attributes: Attributes[Operation]
  readonly output: Traced<T>
}

/** An interpreter that notes what it does, and the way back. */
export interface Tape<T> {
  readonly ops: Ops<Traced<T>>
  /** A value that gradients are asked for. */
  readonly variable: (value: T) => Traced<T>
  /** A value that none are asked for. */
  readonly fixed: (value: T) => Traced<T>
  /** Gradients of the sum of each output times its cotangent, with respect to `wrt`; zeros where nothing flows. */
  readonly gradients: (
    outputs: readonly (readonly [output: Traced<T>, cotangent: T])[],
    wrt: readonly Traced<T>[],
  ) => readonly T[]
}

const isTraced = (value: unknown): boolean => typeof value === 'object' && value !== null && 'varies' in value

/**
 * A new tape over an interpreter.
 *
 * @throws InvalidOption if it is none
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
  const fixed = (value: T): Traced<T> => ({ value, varies: false })

  const noting = (own: Ops<T>): Ops<Traced<T>> => {
    const run = perform(own)
    const { within } = own
    const ops: Ops<Traced<T>> = alike<Traced<T>>(
      (operation, inputs, attributes) => {
        const value = run(
          operation,
          inputs.map(input => input.value),
          attributes,
        )
        const varies = inputs.some(input => input.varies)
        const output = { value, varies, origin: { operation, inputs, attributes } }
        if (varies) notes.push({ beneath: own, operation, inputs, attributes, output })
        return output
      },
      {
        shape: x => own.shape(x.value),
        isTensor: isTraced,
        constant: (values, shape) => fixed(own.constant(values, shape)),
        uniform: (key, shape) => fixed(own.uniform(key, shape)),
        normal: (key, shape) => fixed(own.normal(key, shape)),
        scan: (body, initial, sequence) => walk(ops, body, initial, sequence),
        origin: x => x.origin,
        ...(within && { within: forLayers(layer => noting(within(layer))) }),
      },
    )
    return ops
  }

  // Not a product with 0, which is NaN of NaN.
  const zeros = (x: T): T => {
    const shape = beneath.shape(x)
    const zero = beneath.constant(0)
    return sizeOf(shape) === null ? beneath.where(zero, x, zero) : beneath.constant(0, shape as readonly number[])
  }

  const gradients: Tape<T>['gradients'] = (outputs, wrt) => {
    const found = new Map<Traced<T>, T>()
    const arrive = (at: Traced<T>, gradient: T): void => {
      const before = found.get(at)
      found.set(at, before === undefined ? gradient : beneath.add(before, gradient))
    }
    for (const [output, cotangent] of outputs) arrive(output, cotangent)
    for (const { beneath: own, operation, inputs, attributes, output } of notes.toReversed()) {
      const dy = found.get(output)
      if (dy === undefined) continue
      const values = inputs.map(input => input.value)
      const needed = inputs.map(input => input.varies)
      // The table's type pairs each rule with its own attributes, which a note of any operation cannot express.
      const rule = adjoints[operation] as (typeof adjoints)['exp']
      const results = rule(own, dy, {
        y: output.value,
        inputs: values,
        attributes: attributes as readonly [],
        needed,
      })
      inputs.forEach((input, i) => {
        const gradient = results[i]
        if (input.varies && gradient !== null && gradient !== undefined) arrive(input, gradient)
      })
    }
    return wrt.map(at => found.get(at) ?? zeros(at.value))
  }

  return { ops: noting(beneath), variable: value => ({ value, varies: true }), fixed, gradients }
}
