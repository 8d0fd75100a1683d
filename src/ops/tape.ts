import { type Attributes, alike, type Operation, perform } from '../core/operations.ts'
import type { Ops } from '../core/ops.ts'
import { walk } from '../core/walk.ts'
import { adjoints } from './adjoints.ts'

// Reverse-mode differentiation as an interpreter: it runs every operation in the interpreter beneath and notes what was
// done. Walking the notes backwards, each operation's adjoint carries the gradient from its result to its inputs.

/** A value under differentiation. */
export interface Traced<T> {
  readonly value: T
  /** Whether a gradient may be asked for: of a variable, or of what depends on one. */
  readonly varies: boolean
}

interface Note<T> {
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

/** A new tape over an interpreter. */
export const tape = <T>(beneath: Ops<T>): Tape<T> => {
  const notes: Note<T>[] = []
  const run = perform(beneath)
  const fixed = (value: T): Traced<T> => ({ value, varies: false })

  const ops: Ops<Traced<T>> = alike<Traced<T>>(
    (operation, inputs, attributes) => {
      const value = run(
        operation,
        inputs.map(input => input.value),
        attributes,
      )
      const output = { value, varies: inputs.some(input => input.varies) }
      if (output.varies) notes.push({ operation, inputs, attributes, output })
      return output
    },
    {
      shape: x => beneath.shape(x.value),
      constant: (values, shape) => fixed(beneath.constant(values, shape)),
      uniform: (key, shape) => fixed(beneath.uniform(key, shape)),
      normal: (key, shape) => fixed(beneath.normal(key, shape)),
      scan: (body, initial, sequence) => walk(ops, body, initial, sequence),
    },
  )

  const gradients: Tape<T>['gradients'] = (outputs, wrt) => {
    const found = new Map<Traced<T>, T>()
    const arrive = (at: Traced<T>, gradient: T): void => {
      const before = found.get(at)
      found.set(at, before === undefined ? gradient : beneath.add(before, gradient))
    }
    for (const [output, cotangent] of outputs) arrive(output, cotangent)
    for (const { operation, inputs, attributes, output } of notes.toReversed()) {
      const dy = found.get(output)
      if (dy === undefined) continue
      const values = inputs.map(input => input.value)
      const needed = inputs.map(input => input.varies)
      // The table's type pairs each rule with its own attributes, which a note of any operation cannot express.
      const rule = adjoints[operation] as (typeof adjoints)['exp']
      const results = rule(beneath, dy, {
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
    return wrt.map(at => found.get(at) ?? beneath.multiply(at.value, beneath.constant(0)))
  }

  return { ops, variable: value => ({ value, varies: true }), fixed, gradients }
}
