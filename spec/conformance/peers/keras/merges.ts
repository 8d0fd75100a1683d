import type { Arr } from '../array.ts'
import type { Options } from '../options.ts'
import { make, type Part, plain } from '../plan.ts'
import { cannot } from '../verdict.ts'

// Merge layers of Keras. Masks beside their inputs are passed on, and change no value.

const elementwise: Readonly<Record<string, string>> = {
  Add: 'add',
  Multiply: 'multiply',
  Subtract: 'subtract',
  Average: 'average',
  Maximum: 'maximum',
  Minimum: 'minimum',
}

/** Whether a class merges several inputs. */
export const isMerge = (kind: string): boolean =>
  Object.hasOwn(elementwise, kind) || ['Concatenate', 'Dot'].includes(kind)

/** A merge of inputs of these shapes. */
export const merge = (kind: string, options: Options, shapes: readonly Arr['shape'][]): Part => {
  if (kind === 'Concatenate') {
    const axis = options.read('axis', -1)
    return axis === 0 || axis === -(shapes[0] as readonly number[]).length
      ? cannot('Concatenate along the batch')
      : plain(make('Concatenate', axis))
  }
  if (kind === 'Dot')
    return plain(make('Dot', options.read('axes', -1), { normalize: options.read('normalize', false) }))
  if (shapes.some(shape => shape.join() !== (shapes[0] as readonly number[]).join())) cannot('a merge that broadcasts')
  return plain(make('Elementwise', elementwise[kind]))
}
