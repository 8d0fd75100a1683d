import { InvalidOption, show } from '../base/errors.ts'
import { type Shape, sharedShape, showFlow, showShape } from '../base/shape.ts'
import { isList } from '../base/trees.ts'
import type { Ops } from './ops.ts'

const refuse = (option: string, expected: string, got: string, remedy: string): never => {
  throw new InvalidOption({ layer: 'loop', option, expected, got, remedy })
}

const checkGiven = (condition: unknown, body: unknown, limit: unknown): void => {
  for (const [option, given] of [['condition', condition] as const, ['body', body] as const])
    if (typeof given !== 'function')
      refuse(option, 'a function of the carried tensors', show(given), 'For example: ([x]) => ops.greater(x, zero).')
  if (!Number.isSafeInteger(limit) || (limit as number) < 0)
    refuse('limit', 'a whole number of repetitions >= 0', show(limit), 'For example: 100.')
}

/**
 * `loop` of an interpreter, with its arguments and the results of its functions checked.
 *
 * @returns a loop that throws InvalidOption if an argument is invalid, the condition is no scalar, or the body changes
 *   shapes
 */
export const checkedLoop =
  <T>({ shape, isTensor = () => true, loop }: Pick<Ops<T>, 'shape' | 'isTensor' | 'loop'>): Ops<T>['loop'] =>
  (condition, body, initial, limit) => {
    checkGiven(condition, body, limit)
    const tensors = (option: string, values: readonly T[]): readonly T[] =>
      isList(values) && values.every(value => isTensor(value))
        ? values
        : refuse(
            option,
            'an array of tensors of these operations',
            show(values),
            'Make numbers a tensor with ops.constant.',
          )
    const shapes = tensors('initial', initial).map(shape)
    const flag = (value: T): T => {
      const [own] = tensors('condition', [value]) as readonly [T]
      if (shape(own).length > 0)
        refuse('condition', 'a scalar', `a tensor of shape ${showShape(shape(own))}`, 'Reduce it with sum or max.')
      return own
    }
    const next = (values: readonly T[]): readonly T[] => {
      const found = tensors('body', values).map(shape)
      const stays = (own: Shape, i: number): boolean => sharedShape(own, shapes[i] as Shape) !== undefined
      if (found.length !== shapes.length || !found.every(stays))
        refuse('body', `tensors of the carried shapes ${showFlow(shapes)}`, showFlow(found), 'Give one for each.')
      return values
    }
    return loop(
      carried => flag(condition(carried)),
      carried => next(body(carried)),
      initial,
      limit,
    )
  }
